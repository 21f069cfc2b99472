/**
 * Porter's stemmer for English ("An algorithm for suffix stripping", 1980). It gives what that of `@orama/stemmers`
 * gives, which compiles its expressions anew for each word: looking for typos takes the stems of hundreds of words.
 *
 * @param word - Folded.
 */
export function englishStem(word: string): string {
  if (word.length < 3 || !isStripped[word.charCodeAt(word.length - 1)]) return word
  // In front, a y is a consonant.
  if (word[0] !== 'y') return stripped(word)
  return `y${stripped(`Y${word.slice(1)}`).slice(1)}`
}

/** By code: the last letters of all that is stripped. */
const isStripped: readonly boolean[] = Array.from({ length: 128 }, (_, code) =>
  'cdegilmnrstuy'.includes(String.fromCharCode(code)),
)

const consonants = '[^aeiou][^aeiouy]*'
const vowels = '[aeiouy][aeiou]*'
// Porter's measure of a stem is how often consonants follow vowels.
const isAbove0 = new RegExp(`^(?:${consonants})?${vowels}${consonants}`)
const is1 = new RegExp(`^(?:${consonants})?${vowels}${consonants}(?:${vowels})?$`)
const isAbove1 = new RegExp(`^(?:${consonants})?${vowels}${consonants}${vowels}${consonants}`)
const hasVowel = new RegExp(`^(?:${consonants})?[aeiouy]`)
const isShort = new RegExp(`^${consonants}[aeiouy][^aeiouwxy]$`)

/** A suffix, and what takes its place. */
type Suffix = readonly [suffix: string, replacement: string]
/** Suffixes by the code of their last letter, longest first. */
type Suffixes = readonly (readonly Suffix[])[]

const step2 = suffixes(
  'ational ate, tional tion, enci ence, anci ance, izer ize, bli ble, alli al, entli ent, eli e, ousli ous, ization ize, ' +
    'ation ate, ator ate, alism al, iveness ive, fulness ful, ousness ous, aliti al, iviti ive, biliti ble, logi log',
)
const step3 = suffixes('icate ic, ative , alize al, iciti ic, ical ic, ful , ness ')
const step4 = suffixes(
  'al , ance , ence , er , ic , able , ible , ant , ement , ment , ent , ou , ism , ate , iti , ous , ive , ize , sion , tion ',
)

function suffixes(text: string): Suffixes {
  const all = text.split(', ').map((each): Suffix => {
    const [suffix = '', replacement = ''] = each.split(' ')
    return [suffix, replacement]
  })
  all.sort(([a], [b]) => b.length - a.length)
  return Array.from({ length: 128 }, (_, code) => all.filter(([suffix]) => suffix.endsWith(String.fromCharCode(code))))
}

/** A word with its longest suffix replaced, if what is left of it is long enough. */
function replaced(word: string, from: Suffixes, isLong: RegExp): string {
  for (const [suffix, replacement] of from[word.charCodeAt(word.length - 1)] ?? []) {
    if (word.length <= suffix.length || !word.endsWith(suffix)) continue
    const rest = word.slice(0, -suffix.length)
    return isLong.test(rest) ? rest + replacement : word
  }
  return word
}

function stripped(word: string): string {
  const alone = withoutPast(withoutPlural(word))
  const spelled = alone.endsWith('y') && hasVowel.test(alone.slice(0, -1)) ? `${alone.slice(0, -1)}i` : alone
  const stem = replaced(replaced(replaced(spelled, step2, isAbove0), step3, isAbove0), step4, isAbove1)
  return withoutDouble(withoutLastE(stem))
}

function withoutPlural(word: string): string {
  if (!word.endsWith('s')) return word
  if (word.length > 4 && word.endsWith('sses')) return word.slice(0, -2)
  if (word.length > 3 && word.endsWith('ies')) return word.slice(0, -2)
  return word.endsWith('ss') ? word : word.slice(0, -1)
}

/** Without `ed` or `ing`, and spelled as the word is without them. */
function withoutPast(word: string): string {
  if (word.length > 3 && word.endsWith('eed')) return isAbove0.test(word.slice(0, -3)) ? word.slice(0, -1) : word
  const length = word.endsWith('ed') ? 2 : word.endsWith('ing') ? 3 : 0
  const rest = word.slice(0, -length)
  if (length === 0 || !hasVowel.test(rest)) return word
  if (/(?:at|bl|iz)$/.test(rest)) return `${rest}e`
  if (/([^aeiouylsz])\1$/.test(rest)) return rest.slice(0, -1)
  return isShort.test(rest) ? `${rest}e` : rest
}

function withoutLastE(word: string): string {
  if (!word.endsWith('e')) return word
  const rest = word.slice(0, -1)
  return isAbove1.test(rest) || (is1.test(rest) && !isShort.test(rest)) ? rest : word
}

function withoutDouble(word: string): string {
  return word.endsWith('ll') && isAbove1.test(word) ? word.slice(0, -1) : word
}
