/**
 * Compares names by their code points, as databases compare UTF-8. (`<` compares UTF-16 units, which puts
 * U+FFFD behind U+10000.)
 */
export function compareNames(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  let at = 0
  while (at < length && a.charCodeAt(at) === b.charCodeAt(at)) at += 1
  if (at === length) return a.length - b.length
  const [unitOfA, unitOfB] = [a.charCodeAt(at), b.charCodeAt(at)]
  const isPairA = isSurrogate(unitOfA)
  return isPairA === isSurrogate(unitOfB) ? unitOfA - unitOfB : isPairA ? 1 : -1
}

/** The least name beyond all that begin with a prefix, by their code points; `undefined` when there is none. */
export function beyondPrefix(prefix: string): string | undefined {
  const points = Array.from(prefix, (point) => point.codePointAt(0) as number)
  while (points.at(-1) === 0x10_ff_ff) points.pop()
  const last = points.pop()
  if (last === undefined) return undefined
  // Between these two there are only surrogates.
  points.push(last === 0xd7_ff ? 0xe0_00 : last + 1)
  return String.fromCodePoint(...points)
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd8_00 && unit <= 0xdf_ff
}
