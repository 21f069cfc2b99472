import { functionWords } from './function-words.ts'
import type { Language } from './function-words.ts'

/** A shorter text does not always tell its language. In UTF-16 units. */
export const tellingChars = 400
/** Enough to tell a language, and little enough to cost nothing. In UTF-16 units. */
const sampleChars = 600
const samples = 5

/** Scripts that one of the known languages is mostly written in. */
const scripts: readonly (readonly [Language, RegExp])[] = [
  ['ja', /[\p{Script=Hiragana}\p{Script=Katakana}]/gu],
  ['zh', /\p{Script=Han}/gu],
  ['ko', /\p{Script=Hangul}/gu],
  ['ar', /\p{Script=Arabic}/gu],
  ['hi', /\p{Script=Devanagari}/gu],
  ['he', /\p{Script=Hebrew}/gu],
  ['th', /\p{Script=Thai}/gu],
  ['el', /\p{Script=Greek}/gu],
  ['ru', /\p{Script=Cyrillic}/gu],
]

/** Languages in Latin script, told apart by their function words. English first: it wins a draw. */
const latin: readonly Language[] = ['en', 'de', 'fr', 'es', 'it', 'pt', 'nl', 'pl', 'sv', 'da', 'cs', 'tr', 'vi']

/**
 * Tells the language of a text by its script and its most frequent words.
 *
 * @returns English for Latin script of any other language.
 */
export function detectLanguage(text: string): Language {
  const sample = sampleOf(text)
  // Most texts need no look for other scripts.
  if (!/[\u0370-\uFFFF]/.test(sample.replaceAll(/[\u2000-\u2BFF]/g, ''))) return latinLanguage(sample)
  const letters = sample.match(/\p{L}/gu)?.length ?? 0
  const counts = scripts.map(([language, script]) => [language, sample.match(script)?.length ?? 0] as const)
  const kana = counts[0]?.[1] ?? 0
  const han = counts[1]?.[1] ?? 0
  // Japanese is Chinese characters with some kana between them; a Chinese text quotes a few at most.
  if (kana + han > letters * 0.3) return kana > (kana + han) * 0.05 ? 'ja' : 'zh'
  const [best] = counts.slice(2).toSorted(([, a], [, b]) => b - a)
  // Letters that Russian lacks, and Ukrainian has in most sentences.
  if (best?.[0] === 'ru' && best[1] > letters * 0.4 && (sample.match(/[іїєґ]/giu)?.length ?? 0) > best[1] * 0.02)
    return 'uk'
  if (best && best[1] > letters * 0.4) return best[0]
  return latinLanguage(sample)
}

let languagesOf: ReadonlyMap<string, readonly number[]> | undefined

/** For each function word, the places in `latin` of the languages that have it. */
function readLanguages(): ReadonlyMap<string, readonly number[]> {
  const read = new Map<string, number[]>()
  for (const [at, language] of latin.entries()) {
    for (const word of functionWords(language)) {
      const known = read.get(word)
      if (known) known.push(at)
      else read.set(word, [at])
    }
  }
  return read
}

/** Letters that few other languages have. Each counts like a function word, of which a short text may have none. */
const letters: readonly (readonly [Language, RegExp])[] = [
  ['cs', /[ěřů]/gi],
  ['da', /[æø]/gi],
  ['de', /ß/g],
  ['es', /[ñ¿¡]/gi],
  ['pl', /[łąęśż]/gi],
  ['pt', /[ãõ]/gi],
  ['sv', /å/gi],
  ['tr', /[ğışİ]/g],
  ['vi', /[\u1EA0-\u1EF9ơư]/gi],
]

function latinLanguage(sample: string): Language {
  // Not every thread reads texts.
  languagesOf ??= readLanguages()
  const counts = latin.map(() => 0)
  for (const word of sample.toLowerCase().match(/\p{L}+/gu) ?? []) {
    for (const at of languagesOf.get(word) ?? []) counts[at] = (counts[at] ?? 0) + 1
  }
  if (/[^\p{ASCII}]/u.test(sample)) {
    for (const [language, some] of letters) {
      const at = latin.indexOf(language)
      counts[at] = (counts[at] ?? 0) + (sample.match(some)?.length ?? 0)
    }
  }
  return latin[counts.indexOf(Math.max(...counts))] ?? 'en'
}

/** Pieces from all over a text: its beginning may be a licence in another language. */
function sampleOf(text: string): string {
  if (text.length <= samples * sampleChars) return text
  const step = Math.floor((text.length - sampleChars) / (samples - 1))
  return Array.from({ length: samples }, (_, index) => text.slice(index * step, index * step + sampleChars)).join(' ')
}
