import { ended, listMark } from '../layout/line-forms.ts'

/** A longer sentence is a list in disguise. In UTF-16 units. */
const longChars = 350

const lowerCase = /\p{Ll}/u

/** Scripts whose sentences end without a mark. */
const unmarked = /[\p{Script=Thai}\p{Script=Lao}]/u

/** Refers to the sentence before it, which the reader of an answer does not see. */
const leaning =
  /^(?:this|that|these|those|it|its|they|their|he|his|she|her|such|but|and|or|so|yet|also|however|therefore|thus|moreover|furthermore|similarly|then)\b/i

/**
 * How well a text stands alone as a sentence, judged by its form: 1 for a whole
 * sentence, down to 0 for a heading or a scrap.
 *
 * @param termCount - How many terms it has, stop words not counted.
 */
export function sentenceForm(text: string, termCount: number): number {
  if (isHeading(text) || termCount === 0) return 0
  let form = 1
  if (!isEnded(text)) form *= /[:,]$/.test(text) ? 0.4 : 0.7
  if (listMark.test(text)) form *= 0.8
  else if (/^\p{Ll}/u.test(text)) form *= 0.6
  else if (leaning.test(text)) form *= 0.75
  if (termCount < 5) form *= 0.5
  else if (termCount < 7) form *= 0.85
  if (text.length > longChars) form *= 0.75
  return form
}

/** A line of a few words without an end, or one in capitals throughout. */
function isHeading(text: string): boolean {
  if (text.startsWith('#')) return true
  const letters = /\p{L}/u.test(text)
  // Scripts without capitals have no lower case either, and their sentences hold names such as LED.
  if (letters && !/\p{Lo}/u.test(text) && !lowerCase.test(text) && text !== text.toLowerCase()) return true
  return !isEnded(text) && !/[:;,：；，、]["'”’)\]]*$/.test(text) && text.length < 60 && !listMark.test(text)
}

function isEnded(text: string): boolean {
  return ended.test(text) || unmarked.test(text)
}
