import { InputError } from '../open/input-error.ts'
import { readArchive } from './archive.ts'
import { pdfText } from './pdf-text.ts'
import { largestBytes } from './read-bytes.ts'

/** The text of a document that another program made. */
export interface ConvertedText {
  readonly text: string
  readonly pages?: readonly number[]
  readonly isConverted: true
}

/**
 * The text of a PDF, a Word document or an e-book; `undefined` for what is none.
 *
 * @throws InputError where the package that reads it is missing, and for what can't be read; the signal's reason.
 */
export async function convertedText(
  bytes: Uint8Array,
  source: string,
  signal?: AbortSignal,
): Promise<ConvertedText | undefined> {
  const head = String.fromCharCode(...bytes.subarray(0, 1024))
  if (/^\s*%PDF-\d/.test(head)) return { ...(await pdfText(bytes, source, signal)), isConverted: true }
  if (!head.startsWith('PK\u0003\u0004')) return undefined
  const { names, unpackedBytes } = readArchive(bytes, source)
  if (unpackedBytes > largestBytes)
    throw new InputError(source, `unpacks to more than ${largestBytes / 1024 ** 2} MB. Split it first.`)
  if (names.has('word/document.xml')) {
    const { docxText } = await import('./docx-text.ts')
    return { text: await docxText(bytes, source), isConverted: true }
  }
  if (names.has('META-INF/container.xml') && names.has('mimetype')) {
    const { epubText } = await import('./epub-text.ts')
    return { text: await epubText(bytes, source), isConverted: true }
  }
  throw new InputError(
    source,
    'is a ZIP archive, as ODT, XLSX and PPTX are. Convert it to text first, for example with pandoc, or unpack it.',
  )
}
