/**
 * Folding makes one form of all that people write for the same word: case, accents and
 * vowel marks, letters that don't decompose, full-width forms, characters that nobody sees.
 */

// Soft hyphen, zero-width characters, directions, joiners, variation selectors, tatweel, tones of skin.
const unseen =
  /[\u00AD\u061C\u0640\u180E\u200B-\u200F\u202A-\u202E\u2060-\u2064\uFEFF\p{Variation_Selector}\p{Emoji_Modifier}]|\u034F/gu

// Accents of Latin, Greek and Cyrillic, points of Hebrew, vowels of Arabic, the dot of borrowed Devanagari letters. Other
// marks are letters of their scripts: the vowels of Hindi and Thai, the voiced sounds of kana.
const accents =
  /[\u0300-\u036F\u0483-\u0487\u0591-\u05BD\u05BF\u05C1\u05C2\u05C4\u05C5\u05C7\u0610-\u061A\u064B-\u065F\u0670\u06D6-\u06DC\u06DF-\u06E8\u06EA-\u06ED\u093C]/g

const letters: Readonly<Record<string, string>> = {
  ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', ł: 'l', đ: 'd', ð: 'd', þ: 'th', ı: 'i', ħ: 'h', ŧ: 't', ŋ: 'n', ĸ: 'k', ǝ: 'e', ə: 'e',
  ς: 'σ',
  ٱ: 'ا', ى: 'ي', ی: 'ي', ې: 'ي', ک: 'ك', ة: 'ه', ۀ: 'ه', ہ: 'ه',
  ך: 'כ', ם: 'מ', ן: 'נ', ף: 'פ', ץ: 'צ',
} // prettier-ignore
/** Those of {@link letters}. */
const single = /[ßæœøłđðþıħŧŋĸǝəςٱىیېکةۀہךםןףץ]/g

/** Whether a text is made of ASCII alone. */
export function isAscii(text: string): boolean {
  // oxlint-disable-next-line no-control-regex -- all of ASCII
  return /^[\0-\x7F]*$/.test(text)
}

/** Compatible forms made one, and what nobody sees removed; case and accents stay. */
export function clean(text: string): string {
  return isAscii(text) ? text : streamSafe(text).normalize('NFKC').replaceAll(unseen, '')
}

/** A cleaned word in lowercase, without accents and marks of vowels, with letters that don't decompose spelled out. */
export function fold(word: string): string {
  if (isAscii(word)) return word.toLowerCase()
  const bare = word.toLowerCase().normalize('NFKD').replaceAll(accents, '')
  return bare.replaceAll(single, (letter) => letters[letter] ?? letter).normalize('NFC')
}

/**
 * Cuts runs of marks that no writing needs, as Unicode's stream-safe text format does
 * (UAX #15): normalizing sorts the marks of a letter, in the square of their number.
 */
function streamSafe(text: string): string {
  if (!/\p{M}{31}/u.test(text)) return text
  return text.replaceAll(/\p{M}+/gu, (marks) => Array.from(marks).slice(0, 30).join(''))
}
