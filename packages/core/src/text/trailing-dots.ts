/** What is broken off or searched for is short; words that trail off end a whole statement. In letters. */
const leastClause = 6

/** Goes on with what stands before the dots: particles, conjunctions and verbs that need a subject. */
const goesOnAfterDots =
  /^(?:都|也|就|却|才|又|还|還|而|但|可是|然而|不过|所以|因此|于是|并|並|或|和|与|等|之类|之類|的|地|得|了|着|著|过|過|吧|呢|吗|嗎|啊|呀|嘛|是|在|说|說|问|問|道|[をはがにのでともへやねよか]|って|から|まで|より|など|けれど|けど|です|だ(?!が)|ます|しまう|という|라고|하고|은|는|이|가|을|를|에|도)/u
/** Ends with a particle of Japanese, to which something has to follow. */
const isLinked = /[はがをにでものとてへや]$/u

/**
 * Whether dots in a script without spaces end the sentence before them. They also mark what is broken off (`我……我不知道`),
 * thought over, or the rest of a list.
 *
 * @param before - The sentence up to the dots.
 * @param after - What follows at once.
 */
export function dotsEnd(before: string, after: string): boolean {
  const clause = before.split(/[、，,；;：:。！？!?]/u).at(-1) ?? ''
  const isList = before.includes('、') && !/[，；：]/u.test(before)
  const stutters = clause !== '' && after.startsWith(clause.slice(0, 1)) && clause.length < 2 * leastClause
  if (isLinked.test(clause)) return false
  return clause.trim().length >= leastClause && !isList && !stutters && !goesOnAfterDots.test(after)
}
