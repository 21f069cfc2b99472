/**
 * Behind the name of bytes: where they are, in place of the bytes themselves. Ids of keys, which also stand behind
 * names, have no such letter.
 */
export const placeEnding = '.@'

/** What a space calls itself in a bucket. No content has this hash. */
export const ownName: string = `${'0'.repeat(64)}${placeEnding}own`

/** Whether a name is of bytes that say where others are. */
export function isPlace(name: string): boolean {
  return name.includes(placeEnding)
}

/** What is wrong where a place is found and the bucket was not given. */
export const inBucket =
  'Its bytes lie in a bucket that was not given: open the store with `withBucket`, or set SKEIN_BUCKET for commands.'
