import { stemmer as greek } from '@orama/stemmers/greek'
import { stemmer as hindi } from '@orama/stemmers/indian'
import { stemmer as russian } from '@orama/stemmers/russian'

import { baseForm, englishStem } from './english-stem.ts'
import { fold } from './fold.ts'
import { isStopWord, languages, stemmers } from './languages.ts'
import type { Language } from './languages.ts'

/**
 * The index terms of one word: its stem, after the rules of its script. Latin words other
 * than English ones carry their language, as stems of two languages mean different words.
 *
 * @param word - Cleaned.
 * @param language - Of the text, for words of Latin script.
 */
export function stemsOf(word: string, language: Language): string[] {
  // Most words are such, and need not be asked for the other scripts.
  if (word.length <= longest && asciiLetters.test(word)) return [asciiStem(word, language)]
  const stems = plainStems(word, stemmers[language], language === 'en').map((stem) => apart(stem, word, language))
  return language === 'en' || !isStemmedLatin(word) ? stems : stems.map((stem) => marked(stem, language))
}

const asciiLetters = /^[a-zA-Z]+$/

function asciiStem(word: string, language: Language): string {
  const lower = word.toLowerCase()
  const stem = language === 'en' ? englishStem(baseForm(lower)) : fold(stemmers[language](lower))
  return marked(apart(stem, lower, language), language)
}

/** A stem, or the word itself where its stem is a word that most texts have: Ines is not a form of "in". */
function apart(stem: string, word: string, language: Language): string {
  if (!isStopWord(stem, language)) return stem
  const whole = fold(word)
  return isStopWord(whole, language) ? stem : whole
}

/** The stems of one word, without its language. */
export function plainStems(word: string, latin: (word: string) => string, isEnglish: boolean): string[] {
  if (word.length > longest) return [fold(word).slice(0, mostIndexed)]
  if (/\d/.test(word)) return [fold(word)]
  if (/\p{Script=Cyrillic}/u.test(word)) return [fold(russian(word.toLowerCase().replaceAll('ё', 'е')))]
  if (/\p{Script=Greek}/u.test(word)) return [fold(greek(word.toLowerCase()))]
  if (/\p{Script=Arabic}/u.test(word)) return [lightArabic(fold(word))]
  if (/\p{Script=Hebrew}/u.test(word)) return hebrew(fold(word))
  if (/\p{Script=Devanagari}/u.test(word)) return [fold(hindi(word))]
  if (!/\p{Script=Latin}/u.test(word)) return [fold(word)]
  // Stemmers know the accents of their language.
  return [isEnglish ? latin(baseForm(fold(word))) : fold(latin(word.toLowerCase()))]
}

/** Whether a word is stemmed by the rules of a language of Latin script. */
function isStemmedLatin(word: string): boolean {
  return (
    word.length <= longest &&
    !/\d/.test(word) &&
    /\p{Script=Latin}/u.test(word) &&
    !/[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Devanagari}]/u.test(word)
  )
}

/** A stem with its language. */
export function marked(stem: string, language: Language): string {
  return language === 'en' ? stem : `${language}:${stem}`
}

/** What the terms of other languages than English begin with. */
export const languageMarks: readonly string[] = languages
  .filter((each) => each !== 'en')
  .map((each) => marked('', each))

/** Longer words are no words of a language. */
const longest = 40
const mostIndexed = 64

/** Light10 by Larkey, Ballesteros and Connell, "Light stemming for Arabic information retrieval", 2007. */
function lightArabic(word: string): string {
  let stem = word.replace(/^و(?=.{3})/u, '').replace(/^(?:ال|بال|كال|فال|لل)(?=.{2})/u, '')
  for (const ending of ['ها', 'ان', 'ات', 'ون', 'ين', 'يه', 'ه', 'ي']) {
    if (stem.endsWith(ending) && stem.length - ending.length >= 2) stem = stem.slice(0, -ending.length)
  }
  return stem
}

/**
 * Hebrew writes "the", "and", "in", "to" as letters before a word, and plurals as letters behind it, which may be letters
 * of the word. So all of them are terms.
 */
function hebrew(word: string): string[] {
  const [, rest] = /^(?:[והש]?[בכלמה]|[והש])(.{3,})$/u.exec(word) ?? []
  const forms = rest === undefined ? [word] : [word, rest]
  return [...forms, ...forms.flatMap(hebrewSingular)]
}

/** Folding has made an ordinary letter of the last one. */
function hebrewSingular(word: string): string[] {
  const [, stem] = /^(.{3,})(?:ימ|ות)$/u.exec(word) ?? []
  return stem === undefined ? [] : [stem]
}
