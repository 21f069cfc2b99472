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

// Porter's measure of a stem is how often consonants follow vowels.
const isAbove0 = /^(?:[^aeiou][^aeiouy]*)?[aeiouy][aeiou]*[^aeiou]/
const is1 = /^(?:[^aeiou][^aeiouy]*)?[aeiouy][aeiou]*[^aeiou][^aeiouy]*(?:[aeiouy][aeiou]*)?$/
const isAbove1 = /^(?:[^aeiou][^aeiouy]*)?[aeiouy][aeiou]*[^aeiou][^aeiouy]*[aeiouy][aeiou]*[^aeiou]/
const hasVowel = /^(?:[^aeiou][^aeiouy]*)?[aeiouy]/
const isShort = /^[^aeiou][^aeiouy]*[aeiouy][^aeiouwxy]$/

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
  if (rest.at(-1) === rest.at(-2) && /[^aeiouylsz]$/.test(rest)) return rest.slice(0, -1)
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

// Each line: a word, then forms of it that its stem does not show.
const forms = `
child children; man men; woman women; person persons people; foot feet; tooth teeth; goose geese; mouse mice; ox oxen
analysis analyses; crisis crises; thesis theses; hypothesis hypotheses; basis bases; diagnosis diagnoses; axis axes
criterion criteria; phenomenon phenomena; index indices; vertex vertices; matrix matrices; appendix appendices
datum data; medium media; curriculum curricula; nucleus nuclei; stimulus stimuli; alumnus alumni; leaf leaves
half halves; knife knives; life lives; wife wives; shelf shelves; wolf wolves; thief thieves; loaf loaves; self selves
go went gone; buy bought; sell sold; pay paid; make made; say said; find found; lose lost; tell told; think thought
take took taken; write wrote written; run ran; begin began begun; give gave given; know knew known; grow grew grown
send sent; spend spent; meet met; hold held; keep kept; feel felt; fall fell fallen; drive drove driven; rise risen
speak spoke spoken; break broke broken; choose chose chosen; come came; see saw seen; eat ate eaten; get got gotten
win won; build built; bring brought; catch caught; teach taught; fight fought; seek sought; lead led; drink drank drunk
swim swam swum; sing sang sung; fly flew flown; throw threw thrown; wear wore worn; steal stole stolen; hide hid hidden
forget forgot forgotten; understand understood; stand stood; shoot shot; sleep slept; sweep swept; sit sat; leave left
become became; draw drew drawn; ride rode ridden; shake shook shaken; freeze froze frozen; wake woke woken; deal dealt
lend lent; bend bent; mean meant; hear heard; light lit; hang hung; stick stuck; strike struck; swear swore sworn
tear tore torn; ring rang rung; shrink shrank shrunk; sink sank sunk; blow blew blown; show shown; prove proven
withdraw withdrew withdrawn; undergo underwent undergone; overcome overcame; mistake mistook mistaken; undo undid undone`

let baseForms: ReadonlyMap<string, string> | undefined

function readForms(): ReadonlyMap<string, string> {
  const read = new Map<string, string>()
  for (const line of forms.split(/[\n;]/)) {
    const [base = '', ...others] = line.trim().split(' ')
    for (const other of others) read.set(other, base)
  }
  return read
}

/** The base form of an English word that its stem does not lead to: `child` for `children`; else the word itself. */
export function baseForm(word: string): string {
  baseForms ??= readForms()
  return baseForms.get(word) ?? word
}
