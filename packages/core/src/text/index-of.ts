/**
 * The first offset of `wanted` in a text, or -1. Like `indexOf`, which takes the
 * product of both lengths for texts that repeat themselves, but in linear time.
 */
export function linearIndexOf(text: string, wanted: string): number {
  for (const index of linearIndexesOf(text, wanted)) return index
  return -1
}

/**
 * All offsets of `wanted` in a text, ascending; they may overlap. In linear time: the
 * algorithm of D. Knuth, J. Morris and V. Pratt, "Fast pattern matching in strings", 1977.
 */
export function* linearIndexesOf(text: string, wanted: string): Generator<number, void, undefined> {
  if (wanted === '') {
    yield 0
    return
  }
  const borders = bordersOf(wanted)
  let matched = 0
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index)
    while (matched > 0 && wanted.charCodeAt(matched) !== unit) matched = borders[matched - 1] ?? 0
    if (wanted.charCodeAt(matched) === unit) matched += 1
    if (matched < wanted.length) continue
    yield index + 1 - matched
    matched = borders[matched - 1] ?? 0
  }
}

/** For each beginning of a text, how much of it is its end as well. */
function bordersOf(text: string): Uint32Array {
  const borders = new Uint32Array(text.length)
  let length = 0
  for (let index = 1; index < text.length; index += 1) {
    const unit = text.charCodeAt(index)
    while (length > 0 && text.charCodeAt(length) !== unit) length = borders[length - 1] ?? 0
    if (text.charCodeAt(length) === unit) length += 1
    borders[index] = length
  }
  return borders
}
