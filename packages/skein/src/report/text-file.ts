import { hash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'

import { InputError } from '../open/input-error.ts'

/** The content of a text file. */
export interface TextFile {
  readonly text: string
  /** SHA-256 of its bytes. */
  readonly digest: string
}

const largestBytes = 256 * 1024 * 1024
const longestWordChars = 50_000

/**
 * Reads a UTF-8 text file.
 *
 * @param source - The file's name in errors.
 * @throws InputError for a file that is missing, not regular, unreadable, empty,
 * binary, or larger than 256 MB; the signal's reason.
 */
export async function readTextFile(path: string, source: string, signal?: AbortSignal): Promise<TextFile> {
  const bytes = await readBytes(path, source, signal)
  if (bytes.length === 0) throw new InputError(source, 'is empty. Name a file with some text.')
  if (bytes.includes(0)) throw new InputError(source, 'is a binary file. Convert it to plain text first.')
  let text: string
  try {
    // A byte order mark stays: offsets count it, as other readers do.
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (error) {
    throw new InputError(source, 'is not UTF-8 text. Convert it first, for example with iconv.', { cause: error })
  }
  if (text.trim() === '') throw new InputError(source, 'contains nothing but white space. Name a file with some text.')
  const longest = longestWord(text)
  if (longest > longestWordChars) {
    throw new InputError(
      source,
      `contains a word of ${longest.toLocaleString('en')} letters, so it is data rather than text. Name a file with sentences.`,
    )
  }
  return { text, digest: hash('sha256', bytes, 'hex') }
}

/** The length of the longest run without white space or punctuation, which every script has. In UTF-16 units. */
function longestWord(text: string): number {
  let longest = 0
  for (const [word] of text.matchAll(/[^\s\p{P}]+/gu)) longest = Math.max(longest, word.length)
  return longest
}

async function readBytes(path: string, source: string, signal: AbortSignal | undefined): Promise<Buffer> {
  try {
    const found = await stat(path)
    // A pipe or a device may never end, and can't be read twice.
    if (!found.isFile() && !found.isDirectory())
      throw new InputError(source, 'is not a regular file. Save it to a file first.')
    if (found.size > largestBytes)
      throw new InputError(source, `is larger than ${largestBytes / 1024 ** 2} MB. Split it first.`)
    return await readFile(path, { signal })
  } catch (error) {
    signal?.throwIfAborted()
    if (error instanceof InputError) throw error
    throw new InputError(
      source,
      problems[(error as NodeJS.ErrnoException).code ?? ''] ?? `can't be read: ${String(error)}`,
      { cause: error },
    )
  }
}

const problems: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist. Check the name and the current folder.',
  ENOTDIR: 'does not exist. Check the name and the current folder.',
  EISDIR: 'is a folder. Name the files in it.',
  EACCES: "can't be read: permission denied. Check who owns it.",
  ENAMETOOLONG: 'has too long a name. Shorten it.',
}
