/** Makes texts of twenty words, frequent and rare ones, the same in each run. */
export function wordsFrom(seed: number): () => string {
  const random = generator(seed)
  const word = (): string => `w${Math.floor(random() ** 3 * 5_000)}`
  return () => Array.from({ length: 20 }, word).join(' ')
}

/** Numbers from 0 to 1 that are the same in each run: mulberry32 by Tommy Ettinger (public domain). */
export function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
