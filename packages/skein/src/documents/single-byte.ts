/** Encodings of old Macs and of DOS that statistics of bytes confuse with those of Windows. */
const western = ['macintosh', 'ibm866']
const cyrillic = ['x-mac-cyrillic', 'ibm866']

/** What no word has: a capital behind a small letter, or a sign before a letter, where one of them is not ASCII. */
const odd =
  /\p{Ll}(?!\p{ASCII})\p{Lu}|(?!\p{ASCII})\p{Ll}\p{Lu}|\p{L}(?!\p{ASCII})\p{Lu}\p{Ll}|[\p{L}\s](?!\p{ASCII})\p{S}\p{L}/gu

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
  const others = isCyrillic ? cyrillic : /^(?:windows-125|iso-8859-)/i.test(encoding) ? western : []
  return others.find((other) => oddPlaces(bytes, other) * 4 < count) ?? encoding
}

function oddPlaces(bytes: Uint8Array, encoding: string): number {
  const text = textIn(bytes, encoding)
  return text === undefined ? Number.POSITIVE_INFINITY : (text.match(odd)?.length ?? 0)
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
function textIn(bytes: Uint8Array, encoding: string): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes, { stream: true })
  } catch {
    return undefined
  }
}
