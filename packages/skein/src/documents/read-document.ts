import { hash } from 'node:crypto'
import { extname } from 'node:path'

import { InputError } from '../open/input-error.ts'
import { convertedText } from './converted-text.ts'
import { decodeText } from './decode-text.ts'
import { isMail } from './mail/is-mail.ts'
import { notebookText } from './notebook-text.ts'
import { isLatex, latexText } from './latex-text.ts'
import { pagedText } from './paged-text.ts'
import { joinPartedWords } from './parted-words.ts'
import type { PlacedText } from './placed-text.ts'
import { readBytes } from './read-bytes.ts'
import { isRoff, roffText } from './roff-text.ts'
import { isSubtitles, subtitleText } from './subtitle-text.ts'
import { numberText } from '../terminal/number-text.ts'
import { isXhtml, isXml } from './xml/is-xml.ts'

/** A document as agents read it. */
export interface Document extends PlacedText {
  /** SHA-256 of its bytes. */
  readonly digest: string
  /** Where each page begins in the text, ascending, in UTF-16 offsets; absent where a document has none. */
  readonly pages?: readonly number[]
  /** Whether another program's format was converted: `text` is all the text that there is, and offsets count in it. */
  readonly isConverted?: boolean
}

const longestWordChars = 50_000

/**
 * Reads a document: plain text in any format, HTML, XML, mail, subtitles, or notebooks; with the packages that it names PDF, DOCX and EPUB.
 *
 * @param source - The file's name in errors; its ending tells the format.
 * @throws InputError for a file that is missing, unreadable, empty, binary, or larger than 256 MB; the signal's reason.
 */
export async function readDocument(
  path: string,
  source: string,
  { encoding, signal }: { readonly encoding?: string | undefined; readonly signal?: AbortSignal | undefined } = {},
): Promise<Document> {
  const bytes = await readBytes(path, source, signal)
  if (bytes.length === 0) throw new InputError(source, 'is empty. Name a file with some text.')
  const placed =
    (await convertedText(bytes, source, signal)) ??
    (await placedText(await decodeText(bytes, source, encoding), source))
  if (placed.text.trim() === '')
    throw new InputError(source, 'contains nothing but white space. Name a file with some text.')
  const longest = longestWord(placed.text)
  if (longest > longestWordChars) {
    throw new InputError(
      source,
      `contains a word of ${numberText(longest)} letters, so it is data rather than text. Name a file with sentences.`,
    )
  }
  return { ...placed, digest: hash('sha256', bytes, 'hex') }
}

/** What reads HTML takes as long to load as most of a short run takes: other texts don't need it. */
async function placedText(original: string, source: string): Promise<PlacedText & Pick<Document, 'isConverted'>> {
  const ending = extname(source).toLowerCase()
  const isHtml = /^\.x?html?$/.test(ending) || /^\uFEFF?\s*<(?:!doctype html|html)\b/i.test(original.slice(0, 200))
  if (isHtml) return (await import('./html-text.ts')).htmlText(original)
  const notebook = notebookText(original)
  if (notebook !== undefined) return notebook
  if (/^\uFEFF?\s{0,99}</.test(original.slice(0, 200))) {
    if (isXhtml(original)) return (await import('./html-text.ts')).htmlText(original)
    // A drawing may hold no text, and data may be all attributes.
    const placed = isXml(original, ending) ? (await import('./xml/xml-text.ts')).xmlText(original) : undefined
    if (placed && placed.text.trim() !== '') return placed
  }
  if (['.srt', '.vtt', '.sbv'].includes(ending) || isSubtitles(original)) return subtitleText(original)
  const mail = isMail(original) ? (await import('./mail/mail-text.ts')).mailText(original) : undefined
  if (mail) return mail
  if (isLatex(original, ending)) return latexText(original)
  if (isRoff(original)) return roffText(original)
  return joinPartedWords(original.includes('\f') ? pagedText(original) : { text: original })
}

/**
 * The length of the longest run without white space or punctuation, which every script has, if it is longer than
 * `longestWordChars`; else 0. In UTF-16 units. Such a run stands at a multiple of that length, so few letters are looked at.
 */
function longestWord(text: string): number {
  let longest = 0
  for (let at = longestWordChars; at < text.length; at += longestWordChars) {
    let [start, end] = [at, at]
    while (start > 0 && isWithinWord(text, start - 1)) start -= 1
    while (end < text.length && isWithinWord(text, end)) end += 1
    longest = Math.max(longest, end - start)
    at += Math.floor((end - at) / longestWordChars) * longestWordChars
  }
  return longest > longestWordChars ? longest : 0
}

function isWithinWord(text: string, at: number): boolean {
  return !/[\s\p{P}]/u.test(text[at] ?? '')
}
