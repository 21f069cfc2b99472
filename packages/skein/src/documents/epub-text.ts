import { posix } from 'node:path'

import { parseDocument } from 'htmlparser2'

import { InputError } from '../open/input-error.ts'
import { decodeText } from './decode-text.ts'
import { htmlText } from './html-text.ts'
import { loadOptional } from './optional-package.ts'

const fflate = {
  kind: 'an e-book (EPUB)',
  name: 'fflate',
  otherwise: 'convert it to text first, for example with pandoc',
}

type Tags = readonly Readonly<Record<string, string>>[]

/**
 * The text of an e-book, chapter by chapter in the order of reading, with its headings in the marks of Markdown.
 *
 * @throws InputError where the package `fflate` is missing, and for a book that is damaged or protected.
 */
export async function epubText(bytes: Uint8Array, source: string): Promise<string> {
  const { unzipSync } = await loadOptional(() => import('fflate'), fflate, source)
  const isText = /(?:\.(?:x?html?|xml|opf)|^META-INF\/.*)$/i
  try {
    const files = unzipSync(bytes, { filter: ({ name }) => isText.test(name) })
    const textOf = async (name: string): Promise<string> => {
      const file = files[name]
      if (!file) throw new InputError(source, `is a damaged e-book: it lacks ${name}. Download it again.`)
      return decodeText(file, `${source} (${name})`)
    }
    if (files['META-INF/rights.xml'] || files['META-INF/sinf.xml']) refuseProtected(source)
    const [root] = tagsIn(await textOf('META-INF/container.xml'), 'rootfile')
    const book = root?.['full-path'] ?? ''
    const chapters = chaptersOf(await textOf(book), posix.dirname(book))
    if (files['META-INF/encryption.xml']) {
      const locked = new Set(
        tagsIn(await textOf('META-INF/encryption.xml'), 'CipherReference').map(({ URI = '' }) => URI),
      )
      // Fonts are often encrypted in books that are free to read.
      if (chapters.some((chapter) => locked.has(chapter))) refuseProtected(source)
    }
    const texts = await Promise.all(chapters.map(async (chapter) => htmlText(await textOf(chapter)).text))
    return texts.join('\n\n')
  } catch (error) {
    if (error instanceof InputError) throw error
    throw new InputError(source, `can't be read as an e-book: ${String(error)}`, { cause: error })
  }
}

/** The chapters that are read one after another; not the list of them. */
function chaptersOf(book: string, folder: string): string[] {
  const items = new Map(tagsIn(book, 'item').map((item) => [item['id'], item]))
  return tagsIn(book, 'itemref')
    .filter(({ linear }) => linear !== 'no')
    .map(({ idref }) => items.get(idref))
    .filter((item) => item !== undefined && /html/.test(item['media-type'] ?? ''))
    .filter((item) => !/\bnav\b/.test(item?.['properties'] ?? ''))
    .map((item) => posix.join(folder, decodeURIComponent(item?.['href'] ?? '')))
}

/** The attributes of all tags with a name, whatever namespace they are in. */
function tagsIn(xml: string, name: string): Tags {
  const found: Record<string, string>[] = []
  const walk = (nodes: ReturnType<typeof parseDocument>['children']): void => {
    for (const node of nodes) {
      if (!('attribs' in node)) continue
      if (node.name.replace(/^.*:/, '') === name) found.push(node.attribs)
      walk(node.children as typeof nodes)
    }
  }
  walk(parseDocument(xml, { xmlMode: true }).children)
  return found
}

function refuseProtected(source: string): never {
  throw new InputError(source, 'is protected against copying, so only its own reader can open it.')
}
