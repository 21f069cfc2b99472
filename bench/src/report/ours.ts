/** Matches the names of our own contenders, in all questions. */
const names =
  /^(?:ours?\b|peek|await get|reference|observations|list |search |once|cached read|shared|read among|write among|index among|find )|: ours?\b|copy invalidated/

/** Whether a contender is ours; charts mark these by shape. */
export function isOurs(name: string): boolean {
  return names.test(name)
}
