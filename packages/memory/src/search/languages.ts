import { stemmer as danish } from '@orama/stemmers/danish'
import { stemmer as german } from '@orama/stemmers/german'
import { stemmer as spanish } from '@orama/stemmers/spanish'
import { stemmer as french } from '@orama/stemmers/french'
import { stemmer as italian } from '@orama/stemmers/italian'
import { stemmer as dutch } from '@orama/stemmers/dutch'
import { stemmer as portuguese } from '@orama/stemmers/portuguese'
import { stemmer as swedish } from '@orama/stemmers/swedish'

import { englishStem } from './english-stem.ts'

/** A language of Latin script that texts are told apart by. */
export type Language = 'en' | 'de' | 'fr' | 'es' | 'it' | 'pt' | 'nl' | 'sv' | 'da'

/** How words of Latin script are reduced to their stems, by Snowball's algorithms. */
export const stemmers: Readonly<Record<Language, (word: string) => string>> = {
  en: englishStem,
  de: german,
  fr: french,
  es: spanish,
  it: italian,
  pt: portuguese,
  nl: dutch,
  sv: swedish,
  da: danish,
}

/** In the order in which equal counts decide. */
export const languages = Object.keys(stemmers) as readonly Language[]

// Words too frequent to tell texts apart, which tell languages apart instead. Without accents.
const functionWords: Readonly<Record<Language, string>> = {
  en:
    'a about above after again against all also am an and any are as at be because been before being below between both but by ' +
    'can could did do does doing down during each few for from further had has have having he her here hers herself him himself ' +
    'his how i if in into is it its itself just me more most my myself no nor not now of off on once only or other our ours ' +
    'ourselves out over own same she should so some such than that the their theirs them themselves then there these they this ' +
    'those through to too under until up upon very was we were what when where which while who whom why will with would you your ' +
    'yours yourself yourselves dont doesnt didnt isnt arent wasnt werent cant couldnt wont wouldnt shouldnt hasnt havent hadnt ' +
    'im ive id ill youre youve youll hes shes theyre theyve weve thats whats',
  de:
    'aber als am an auch auf aus bei bin bis bist da damit dann das dass dem den der des die dies diese dieser doch du durch ein ' +
    'eine einem einen einer er es fur hat hatte ich ihr im in ist ja kann kein keine man mehr mit nach nicht noch nur oder ohne ' +
    'schon sehr sein sich sie sind so uber um und uns unter vom von vor war waren was weil wenn werden wer wie wir wird wo wurde zu zum zur',
  fr:
    'a ai au aux avec ce ces cette c dans de des du elle elles en est et ete etre eu il ils j je l la le les leur lui mais me meme ' +
    'mes mon ne nos notre nous on ont ou par pas plus pour qu que qui sa sans se ses si son sont sur tout tres tu un une vos votre vous y quel quelle quels comment',
  es:
    'al algo ante como con contra cual cuando de del desde donde el ella ellos en entre era es esta estan este esto estos fue ha ' +
    'hay han hasta la las le les lo los mas me mi mucho muy nada ni no nos o para pero por porque que quien se sin sobre son su sus tambien te tiene todo un una uno y ya yo',
  it:
    'ai al alla alle anche c che chi come con cosa da dal dalla dei del della delle di dove e ed era gli ha hanno ho i il in io la ' +
    'le lei lo loro lui ma mi mio ne nei nel nella non o per perche piu quale quando quanto questa questo se si sono su sua sul sulla suo tra un una uno',
  pt:
    'a ao aos as ate com como da das de dela dele depois do dos e ela ele eles em entre era essa esse esta este eu foi ha isso ja la mais mas ' +
    'me mesmo meu muito na nas nao nem no nos nossa o os ou para pela pelo por qual quando que quem se sem ser seu seus so sua sao tambem te tem um uma voce',
  nl:
    'aan al als bij dan dat de der deze die dit doch doen door dus een er geen had heb hebben heeft het hij hoe ik in is ja je kan ' +
    'maar me meer men met mijn moet na naar niet nog nu of om omdat onder ons ook op over te tegen toch tot uit van veel voor waar was wat we wel werd wie wij wil wordt worden zal ze zich zij zijn zo zou',
  sv:
    'alla att av blev bli da dar de dem den denna det detta du efter ej eller en er ett for fran ha hade han hans har hon hur i ' +
    'icke inte jag kan kunde man med men mig min mot mycket nar ni nu och om oss pa sa sedan ska som till under upp ut vad var vara vi vid vilken',
  da:
    'af alle at blev blive da de dem den denne der deres det dette dig din du efter eller en end er et for fra ham han har havde hende her ' +
    'hun hvad hvis hvor i ikke ind jeg kan man med meget men mig min mod nar ned nogle nu og om op os over pa sa sig skal som til ud under var ved vi vil',
}

let masks: ReadonlyMap<string, number> | undefined

/** The languages that have a function word, a bit each. Put together for the first text: not every thread reads any. */
function maskOf(word: string): number {
  masks ??= readMasks()
  return masks.get(word) ?? 0
}

function readMasks(): ReadonlyMap<string, number> {
  const read = new Map<string, number>()
  for (const [at, language] of languages.entries()) {
    for (const word of functionWords[language].split(' ')) read.set(word, (read.get(word) ?? 0) | (1 << at))
  }
  return read
}

/** Whether a word, in lowercase and without accents, is too frequent in a language to tell texts apart. */
export function isStopWord(word: string, language: Language): boolean {
  return (maskOf(word) & (1 << languages.indexOf(language))) !== 0
}

/** Counts the function words of a text, which tell its language. */
export class LanguageGuess {
  readonly #counts = new Uint16Array(languages.length)

  /** @param word - In lowercase and without accents. */
  note(word: string): void {
    let mask = maskOf(word)
    for (let at = 0; mask !== 0; at += 1, mask >>>= 1) if (mask & 1) this.#counts[at] = (this.#counts[at] ?? 0) + 1
  }

  /** The language with the most function words; English unless another has more and at least two. */
  get language(): Language {
    let best = 0
    for (let at = 1; at < languages.length; at += 1) {
      const count = this.#counts[at] ?? 0
      if (count > 1 && count > (this.#counts[best] ?? 0)) best = at
    }
    return languages[best] ?? 'en'
  }
}
