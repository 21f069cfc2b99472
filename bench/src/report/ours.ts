/** How contenders that are ours are named, in all questions. */
const names =
  /^(?:ours?\b|peek|await get|reference|observations|list |search |once|cached read|shared|read, of|write, of|index,|find |the same, after)|: ours?\b|a copy is refused/

/** Whether a contender is ours, which charts show by its mark. */
export function isOurs(name: string): boolean {
  return names.test(name)
}
