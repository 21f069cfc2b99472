// Who, when, where, what, why, how, which, how many, how much.
const asking = /^(?:누구|누가|언제|어디|어느|어떤|어떻|어때|무엇|무슨|무얼|뭐|뭘|왜|몇|얼마)/u
/** What a question ends with, and what stands behind a noun: topics, subjects, objects, places, directions. */
const ending =
  /(?:이?입니까|이?었습니까|습니까|ㅂ니까|합니까|됩니까|이?었나요|였나요|인가요|는가요|은가요|나요|까요|인가|는가|이에요|예요|어요|아요|지요|니까)$/u
const particle =
  /(?<=\p{Lo})(?:에서는|에게서|으로는|이라는|께서|에서|에게|한테|부터|까지|으로|이나|라는|은|는|이|가|을|를|에|의|로|와|과|도|만)$/u
/** "Is", "has", "does", "becomes": no question is about them. */
const light = /^(?:있|없|이|하|했|되|됐|한|된)$/u

/** A question in Korean without the words of asking, and its words without their particles and endings. */
export function bareKorean(question: string): string {
  return question.replaceAll(/\p{Script=Hangul}+/gu, (word) => {
    if (asking.test(word)) return ' '
    const stem = word.replace(ending, '')
    if (light.test(stem)) return ' '
    return stem === word ? word.replace(particle, '') : stem
  })
}
