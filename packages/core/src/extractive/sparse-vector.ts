/** Weights by term. A vector made here has length 1, or no entries. */
export type SparseVector = ReadonlyMap<string, number>

/** Scales a vector to length 1; one without weight becomes empty. */
export function normalized(weights: SparseVector): SparseVector {
  let squares = 0
  for (const weight of weights.values()) squares += weight * weight
  if (squares === 0) return new Map()
  const length = Math.sqrt(squares)
  const unit = new Map<string, number>()
  for (const [term, weight] of weights) unit.set(term, weight / length)
  return unit
}

/** The inner product; for vectors of length 1 the cosine of their angle. */
export function dot(a: SparseVector, b: SparseVector): number {
  const [short, long] = a.size < b.size ? [a, b] : [b, a]
  let sum = 0
  for (const [term, weight] of short) sum += weight * (long.get(term) ?? 0)
  return sum
}

/** The direction in which many vectors point together. */
export function centroid(vectors: Iterable<SparseVector>): SparseVector {
  const sum = new Map<string, number>()
  for (const vector of vectors) {
    for (const [term, weight] of vector) sum.set(term, (sum.get(term) ?? 0) + weight)
  }
  return normalized(sum)
}

/** The heaviest terms only, ties in the order in which they were met. */
export function heaviest(vector: SparseVector, most: number): SparseVector {
  if (vector.size <= most) return vector
  return normalized(new Map([...vector].toSorted((a, b) => b[1] - a[1]).slice(0, most)))
}
