import type { Language } from '@skein/core/executor'

/** Each language once: a list from there would come with the words of them all. */
const codes: Readonly<Record<Language, true>> = {
  en: true,
  de: true,
  fr: true,
  es: true,
  it: true,
  pt: true,
  nl: true,
  pl: true,
  ru: true,
  el: true,
  ar: true,
  hi: true,
  he: true,
  cs: true,
  da: true,
  sv: true,
  tr: true,
  uk: true,
  vi: true,
  ja: true,
  zh: true,
  ko: true,
  th: true,
}

/** The languages that a file may be said to be in. */
export const languageCodes: readonly Language[] = Object.keys(codes) as Language[]
