import { codePages, decodedAs } from './text-encodings.ts'

/** Encodings of old Macs and of DOS that statistics of bytes confuse with those of Windows. */
const western = ['macintosh', ...codePages, 'ibm866']
const cyrillic = ['x-mac-cyrillic', 'ibm866']

/**
 * What no word has, where one of the characters is not ASCII: a capital behind a small letter, a sign before a letter, a
 * mark or the frame of a table within a word, letters of two scripts; nor has a text the same letter three times, or controls.
 */
const odd: readonly RegExp[] = [
  /\p{Ll}(?!\p{ASCII})\p{Lu}|(?!\p{ASCII})\p{Ll}\p{Lu}|\p{L}(?!\p{ASCII})\p{Lu}\p{Ll}/gu,
  /[\p{L}\s](?![\p{ASCII}\u2500-\u259F])\p{S}\p{L}|\p{L}[\u2500-\u259F]\p{L}|\p{L}[¤¦¬¨¸]/gu,
  /\p{L}(?![\p{ASCII}’‘·‐-―…])[\p{P}\p{N}]\p{L}/gu,
  /[A-Za-z][\p{Script=Greek}\p{Script=Cyrillic}]|[\p{Script=Greek}\p{Script=Cyrillic}][A-Za-z]/gu,
  /(?!\p{ASCII})(\p{L})\1\1|[\u0080-\u009F]/gu,
]

/** Fewer odd places may be a matter of style. */
const leastOdd = 2

/**
 * Chooses the encoding of bytes that are no Unicode: the most likely one that can decode them, unless another one makes
 * better words of them.
 *
 * @param likely - What statistics of bytes tell, the most likely one first.
 */
export function refinedEncoding(bytes: Uint8Array, likely: readonly string[]): string {
  if (isThai(bytes)) return 'windows-874'
  const encoding = likely.find((one) => textIn(bytes, one) !== undefined) ?? 'windows-1252'
  const count = oddPlaces(bytes, encoding)
  if (count < leastOdd) return encoding
  const isCyrillic = /^windows-1251$|^koi8-|^iso-8859-5$/i.test(encoding)
  const others = isCyrillic ? cyrillic : western
  let [best, fewest] = [encoding, count / 4]
  for (const other of others) {
    const places = oddPlaces(bytes, other)
    if (places < fewest) [best, fewest] = [other, places]
  }
  return best
}

function oddPlaces(bytes: Uint8Array, encoding: string): number {
  const text = textIn(bytes, encoding)
  if (text === undefined) return Number.POSITIVE_INFINITY
  return odd.reduce((sum, places) => sum + (text.match(places)?.length ?? 0), 0)
}

/** In Thai, marks stand above and below consonants, so bytes of another script make no such pairs. */
function isThai(bytes: Uint8Array): boolean {
  const text = textIn(bytes, 'windows-874') ?? ''
  const others = text.match(/\P{ASCII}/gu)?.length ?? 0
  const letters = text.match(/[\u0E01-\u0E4E]/g)?.length ?? 0
  const marks = text.match(/\p{M}/gu)?.length ?? 0
  const astray = text.match(/(?<![\u0E01-\u0E2E\p{M}])\p{M}/gu)?.length ?? 0
  return marks > 3 && letters > others * 0.95 && astray < marks * 0.03
}

/** A text in an encoding; its last character may be cut. `undefined` for what is none. */
export function textIn(bytes: Uint8Array, encoding: string): string | undefined {
  try {
    return decodedAs(bytes, encoding, { fatal: true, stream: true })
  } catch {
    return undefined
  }
}
