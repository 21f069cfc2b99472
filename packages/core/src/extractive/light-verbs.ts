import type { Language } from '../languages/function-words.ts'
import { termReader } from './terms.ts'

// Verbs of being, becoming and happening: a question needs one, and any sentence may have it ("What remains to be done
// about energy?", "What should become of the school?").
const verbs: Partial<Record<Language, string>> = {
  en: 'become begin come continue exist get go happen keep need occur remain seem start stay try turn use',
  de: 'beginnen bleiben bleibt blieb entstehen geben gibt gab gehen geschehen geschah gelten kommen kam passieren werden brauchen',
  fr: 'aller advenir arriver commencer continuer devenir exister passer rester venir besoin',
  es: 'comenzar continuar existir llegar ocurrir pasar quedar resultar seguir suceder venir volver necesitar',
  it: 'accadere andare cominciare continuare diventare esistere restare rimanere succedere venire servire',
  pt: 'acontecer chegar continuar existir ficar ocorrer passar restar tornar vir precisar',
  nl: 'beginnen blijven blijft bleef bestaan gaan gebeuren komen raken worden nodig',
  pl: 'dziać pozostać stać zostać zostaje trwać zacząć potrzeba',
  ru: 'быть начать оставаться остаётся остаться происходить произошло случиться случилось стать стало существовать нужно',
  el: 'γίνει γίνεται συμβεί συνέβη μένει παραμένει υπάρχει αρχίζει',
  ar: 'أصبح بقي حدث صار ظل بدأ يوجد',
  hi: 'बनना रहना आना जाना शुरू',
}

const stems = new Map<Language, ReadonlySet<string>>()

/** Whether a term, as the reader of a language has it, is a verb that says little by itself. */
export function isLightVerb(term: string, language: Language): boolean {
  let known = stems.get(language)
  if (!known) stems.set(language, (known = new Set(termReader(language)(verbs[language] ?? ''))))
  return known.has(term)
}
