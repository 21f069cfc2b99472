import { InputError } from '../open/input-error.ts'
import { textIn } from './single-byte.ts'
import { decodedAs } from './text-encodings.ts'

/** What files begin with that hold no plain text, and how to get it. */
const formats: readonly (readonly [magic: string, problem: string])[] = [
  ['\u00D0\u00CF\u0011\u00E0', 'is an old Office document. Convert it to text first, for example with LibreOffice.'],
  ['{\\rtf', 'is RTF. Convert it to text first, for example with pandoc.'],
  ['\u00FF\u00FE\0\0', 'is UTF-32. Convert it to UTF-8 first.'],
  ['\0\0\u00FE\u00FF', 'is UTF-32. Convert it to UTF-8 first.'],
  ['\u001F\u008B', 'is compressed with gzip. Unpack it first.'],
  ['\u0089PNG', 'is an image.'],
  ['\u00FF\u00D8\u00FF', 'is an image.'],
  ['GIF8', 'is an image.'],
]

/** More control characters than this share of the bytes: no text. */
const mostControls = 0.02
const sampleBytes = 64 * 1024

/**
 * Decodes a text: as its byte order mark says, as UTF-8 if it is that, or in the encoding that its bytes tell.
 *
 * @param encoding - The encoding, where it is known.
 * @throws InputError for what is no text, with the place of a stray NUL.
 */
export async function decodeText(bytes: Uint8Array, source: string, encoding?: string): Promise<string> {
  const head = String.fromCharCode(...bytes.subarray(0, 8))
  const problem = formats.find(([magic]) => head.startsWith(magic))?.[1]
  if (problem) throw new InputError(source, problem)
  const found = encoding ?? (await encodingOf(bytes))
  const text = decode(bytes, source, found, encoding !== undefined)
  if (text.includes('\0')) refuseNul(text, source)
  // Programs for DOS ended files with this character.
  return text.endsWith('\u001A') ? text.slice(0, -1) : text
}

function decode(bytes: Uint8Array, source: string, encoding: string, isGiven: boolean): string {
  try {
    return decodedAs(bytes, encoding, { fatal: true })
  } catch (error) {
    const remedy = isGiven
      ? 'Name another one with --encoding.'
      : 'Name its encoding with --encoding, or convert it first.'
    throw new InputError(source, `is not text in ${encoding}. ${remedy}`, { cause: error })
  }
}

async function encodingOf(bytes: Uint8Array): Promise<string> {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be'
  if (isEscaped(bytes)) return 'iso-2022-jp'
  const wide = utf16(bytes)
  if (wide !== undefined) return wide
  // All bytes of Thai in UTF-16 are ASCII, too.
  if (isTextIn('utf-8', bytes)) return utf16Of(thai, bytes) ?? 'utf-8'
  // Few files need the last, and it takes as long to load as a short run to read one.
  return (
    declaredEncoding(bytes) ??
    utf16Of(eastAsian, bytes) ??
    (await import('./detect-encoding.ts')).detectEncoding(bytes.subarray(0, sampleBytes))
  )
}

/** What XML says about itself: `<?xml version="1.0" encoding="KOI8-R"?>`. */
function declaredEncoding(bytes: Uint8Array): string | undefined {
  const head = String.fromCharCode(...bytes.subarray(0, 200))
  const encoding = /^\s{0,99}<\?xml\s[^<>]{0,99}\sencoding\s{0,9}=\s{0,9}["']([\w.:-]{1,40})["']/.exec(head)?.[1] ?? ''
  // The bytes are none of these.
  return !/^(?:utf|ucs|us-ascii)/i.test(encoding) && isTextIn(encoding, bytes) ? encoding : undefined
}

/** Japanese mail of old: ASCII, with escapes before and behind pairs of bytes. */
function isEscaped(bytes: Uint8Array): boolean {
  const sample = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, sampleBytes))
  return ['\u001B$B', '\u001B$@'].some((escape) => sample.includes(escape)) && sample.includes('\u001B(')
}

function isTextIn(encoding: string, bytes: Uint8Array): boolean {
  try {
    decodedAs(bytes, encoding, { fatal: true })
    return true
  } catch {
    return false
  }
}

/** UTF-16 without a mark: of most scripts, every other byte is nearly always the same. */
function utf16(bytes: Uint8Array): string | undefined {
  if (bytes.length % 2 !== 0 || bytes.length < 4) return undefined
  const sample = bytes.subarray(0, sampleBytes)
  const nuls = [0, 0]
  for (const [index, byte] of sample.entries()) if (byte === 0) nuls[index % 2] = (nuls[index % 2] ?? 0) + 1
  const [even = 0, odd = 0] = nuls.map((count) => count / (sample.length / 2))
  if (odd > 0.15 && even < 0.02) return 'utf-16le'
  return even > 0.15 && odd < 0.02 ? 'utf-16be' : undefined
}

/** Characters of scripts whose texts have few spaces; those that no bytes of another encoding give are `signs`. */
interface Script {
  readonly signs: RegExp
  readonly letters: RegExp
}

const thai: Script = { signs: /[\u0E00-\u0E7F]/g, letters: /[\u0E00-\u0E7F\p{ASCII}]/gu }
const eastAsian: Script = {
  signs: /[\u3000-\u30FF\uAC00-\uD7A3\uFF00-\uFF60]/g,
  letters: /[\p{Script=Han}\u3000-\u30FF\uAC00-\uD7A3\uFF00-\uFF60\p{ASCII}]/gu,
}

/**
 * UTF-16 without a mark of such a script: nearly all characters are of it. No other encoding of texts has a NUL, which is
 * half of each line break and space.
 */
function utf16Of({ signs, letters }: Script, bytes: Uint8Array): string | undefined {
  if (bytes.length % 2 !== 0 || !bytes.includes(0)) return undefined
  const sample = bytes.subarray(0, sampleBytes)
  return ['utf-16le', 'utf-16be'].find((encoding) => {
    const text = textIn(sample, encoding) ?? '\0'
    const controls = text.match(/\p{C}/gu)?.filter((char) => !'\t\n\r'.includes(char)).length ?? 0
    const count = (chars: RegExp): number => text.match(chars)?.length ?? 0
    return controls === 0 && count(signs) > text.length * 0.03 && count(letters) > text.length * 0.9
  })
}

function refuseNul(text: string, source: string): never {
  const at = text.indexOf('\0')
  const sample = text.slice(0, sampleBytes)
  const controls = Array.from(sample).filter((char) => char < ' ' && !'\t\n\v\f\r\u001B'.includes(char)).length
  if (controls > Math.max(sample.length < 64 ? 1 : 4, sample.length * mostControls)) {
    throw new InputError(source, 'is a binary file. Convert it to plain text first.')
  }
  const line = text.slice(0, at).split('\n').length
  const column = at - text.lastIndexOf('\n', at)
  throw new InputError(
    source,
    `has a NUL character in line ${line}, column ${column} (character ${at}), so it may be damaged. Remove it first.`,
  )
}
