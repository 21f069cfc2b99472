import { htmlText } from './html-text.ts'
import { loadOptional } from './optional-package.ts'
import { InputError } from '../open/input-error.ts'

const mammoth = {
  kind: 'a Word document (DOCX)',
  name: 'mammoth',
  otherwise: 'convert it to text first, for example with pandoc',
}

/**
 * The text of a Word document, with its headings, lists and tables in the marks of Markdown.
 *
 * @throws InputError where the package `mammoth` is missing, or can't read the document.
 */
export async function docxText(bytes: Uint8Array, source: string): Promise<string> {
  const { default: reader } = await loadOptional(() => import('mammoth'), mammoth, source)
  // Pictures would become very long addresses.
  const convertImage = reader.images.imgElement(() => Promise.resolve({ src: '' }))
  try {
    const { value } = await reader.convertToHtml({ buffer: Buffer.from(bytes) }, { convertImage })
    // Links that lead back from notes are no words.
    return htmlText(value.replaceAll('">↑</a>', '" role="doc-backlink">↑</a>')).text
  } catch (error) {
    throw new InputError(source, `can't be read as a Word document: ${String(error)}`, { cause: error })
  }
}
