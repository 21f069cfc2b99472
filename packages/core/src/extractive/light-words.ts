import type { Language } from '../languages/function-words.ts'
import { termReader } from './terms.ts'

// Verbs of being, becoming and happening, and people: a question needs one, and any sentence may have it ("What remains to
// be done about energy?", "How many people live in the village?").
const verbs: Partial<Record<Language, string>> = {
  en: 'cost price become begin come contain continue cover exist get go happen include involve keep mean need occur remain seem start stay spend spent try turn use live people',
  de: 'kosten kostet kostete preis bedeuten bedeutet beginnen enthalten enthält umfassen umfasst bleiben bleibt blieb entstehen geben gibt gab gehen geschehen geschah gelten kommen kam passieren werden brauchen leben lebt wohnen wohnt menschen personen leute',
  fr: 'coûter coûte coûtent coûtera prix aller comprendre contenir couvrir signifier advenir arriver commencer continuer devenir exister passer rester venir besoin vivre vivent vit habiter habitent personnes gens',
  es: 'cuesta costar costó precio comenzar contener cubrir incluir significar continuar existir llegar ocurrir pasar quedar resultar seguir suceder venir volver necesitar vivir viven vive personas gente',
  it: 'costa costare costano prezzo accadere andare cominciare continuare diventare esistere restare rimanere succedere venire servire vivere vivono vive persone',
  pt: 'custa custar custará custou acontecer chegar continuar existir ficar ocorrer passar restar tornar vir precisar viver vivem vive pessoas',
  nl: 'kost kosten kostte beginnen blijven blijft bleef bestaan gaan gebeuren komen raken worden nodig leven wonen woont mensen personen',
  pl: 'kosztuje kosztować kosztują dziać pozostać stać zostać zostaje trwać zacząć potrzeba żyć żyje mieszka mieszkać osób ludzi',
  ru: 'стоит стоить стоила стоимость быть включать означать содержать начать оставаться остаётся остаться происходить произошло случиться случилось стать стало существовать нужно жить живёт живут человек людей',
  el: 'γίνει γίνεται συμβεί συνέβη μένει παραμένει υπάρχει αρχίζει ζει ζουν άνθρωποι',
  ar: 'أصبح بقي حدث صار ظل بدأ يوجد يعيش يسكن شخص',
  hi: 'बनना रहना आना जाना शुरू रहते रहता लोग',
}

// How much, and which one of several: "How old is the tree?" and "Who was the first man on the moon?" ask about a tree and
// the moon, not about all that is old or first.
const measures: Partial<Record<Language, string>> = {
  en: 'old oldest tall tallest high highest long longest far big biggest large largest deep deepest wide fast heavy often hot cold first last next best new',
  de: 'alt hoch lang weit groß tief breit schnell schwer oft heiß kalt teuer erste ersten erster letzte letzten nächste nächsten beste besten neu größte größten höchste älteste längste',
  fr: 'vieux vieille haut haute long longue grand grande profond large rapide lourd chaud froid premier première dernier dernière prochain prochaine meilleur nouveau nouvelle',
  es: 'viejo vieja alto alta largo larga grande profundo ancho rápido pesado primero primera primer último última próximo próxima mejor nuevo nueva',
  it: 'vecchio vecchia alto alta lungo lunga grande profondo largo veloce pesante primo prima ultimo ultima prossimo prossima migliore nuovo nuova',
  pt: 'velho velha alto alta longo longa grande profundo largo rápido pesado primeiro primeira último última próximo próxima melhor novo nova',
  nl: 'oud hoog lang ver groot diep breed snel zwaar vaak eerste laatste volgende beste nieuw nieuwe',
  pl: 'stary wysoki długi daleko duży głęboki szeroki szybki ciężki pierwszy pierwsza ostatni ostatnia następny następna nowy nowa',
  ru: 'старый высокий длинный большой глубокий широкий быстрый тяжёлый первый первая последний последняя следующий следующая новый новая самый самая',
  el: 'παλιός ψηλός μακρύς μεγάλος βαθύς πρώτος πρώτη τελευταίος τελευταία επόμενος επόμενη νέος νέα',
  ar: 'قديم كبير طويل عميق أول الأول الأولى آخر الأخير جديد أكبر أطول أعلى جديدة الجديدة',
  hi: 'पुराना बड़ा लंबा ऊँचा गहरा पहला पहली अंतिम अगला नया नई',
}

const stems = new Map<Language, ReadonlySet<string>>()

/** Whether a term, as the reader of a language has it, says little by itself: a verb of being, a measure, an ordinal. */
export function isLightWord(term: string, language: Language): boolean {
  let known = stems.get(language)
  if (!known)
    stems.set(language, (known = new Set(termReader(language)(`${verbs[language] ?? ''} ${measures[language] ?? ''}`))))
  return known.has(term)
}
