import type { KeptVector, VectorForm } from './vector-form.ts'

/** Vectors of one segment. */
export const segmentRows = 1_024

/** Vectors one after the other, and for each what its dot products are multiplied with to become cosines. */
export interface VectorSegment {
  readonly vectors: SharedArrayBuffer
  /** 64-bit floats. */
  readonly lengths: SharedArrayBuffer
}

/** A comparison of a vector with others. */
export interface VectorScan {
  readonly form: VectorForm
  readonly dimensions: number
  readonly segments: readonly VectorSegment[]
  /** 1 for each row to look at. */
  readonly rows: Uint8Array
  /** How many rows to look at. */
  readonly count: number
  readonly query: KeptVector
  readonly limit: number
}

/** The best rows, in the order of the table: so many as were asked for, and those that are as good as the last of them. */
export interface ScannedRows {
  readonly rows: readonly number[]
  readonly scores: readonly number[]
}

/** Compares each vector that a search may see: exact, and the same on every machine. */
export function scanVectors(scan: VectorScan): ScannedRows {
  const { dimensions, segments, rows, count, query, limit } = scan
  const found = new Uint32Array(count)
  const scores = new Float64Array(count)
  let at = 0
  for (const [number, { vectors, lengths }] of segments.entries()) {
    const inverse = new Float64Array(lengths)
    const first = number * segmentRows
    const dot = dotOf(scan, vectors, query)
    const end = Math.min(segmentRows, rows.length - first)
    for (let row = 0; row < end; row += 1) {
      if (rows[first + row] !== 1) continue
      found[at] = first + row
      scores[at] = dot(row * dimensions) * (inverse[row] as number)
      at += 1
    }
  }
  const least = nthLargest(scores, limit)
  const best: number[] = []
  for (let index = 0; index < count; index += 1) if ((scores[index] as number) >= least) best.push(index)
  return { rows: best.map((index) => found[index] as number), scores: best.map((index) => scores[index] as number) }
}

/** The dot product of the query with the vector that begins at a place. */
function dotOf(
  { form, dimensions }: VectorScan,
  buffer: SharedArrayBuffer,
  query: KeptVector,
): (from: number) => number {
  if (form === 'int8') {
    const bytes = new Int8Array(buffer)
    return (from) => dotOfBytes(bytes, from, query as Int8Array, dimensions)
  }
  const floats = new Float32Array(buffer)
  return (from) => dotOfFloats(floats, from, query as Float32Array, dimensions)
}

// One function for each type of array: V8 compiles each for its own, and four sums at once keep the processor busy.
// 8,192 products of 127 × 127 fit into 32 bits.
function dotOfBytes(vectors: Int8Array, from: number, query: Int8Array, dimensions: number): number {
  let [a, b, c, d] = [0, 0, 0, 0]
  let at = 0
  for (; at + 3 < dimensions; at += 4) {
    a = (a + (vectors[from + at] as number) * (query[at] as number)) | 0
    b = (b + (vectors[from + at + 1] as number) * (query[at + 1] as number)) | 0
    c = (c + (vectors[from + at + 2] as number) * (query[at + 2] as number)) | 0
    d = (d + (vectors[from + at + 3] as number) * (query[at + 3] as number)) | 0
  }
  for (; at < dimensions; at += 1) a += (vectors[from + at] as number) * (query[at] as number)
  return a + b + c + d
}

function dotOfFloats(vectors: Float32Array, from: number, query: Float32Array, dimensions: number): number {
  let [a, b, c, d] = [0, 0, 0, 0]
  let at = 0
  for (; at + 3 < dimensions; at += 4) {
    a += (vectors[from + at] as number) * (query[at] as number)
    b += (vectors[from + at + 1] as number) * (query[at + 1] as number)
    c += (vectors[from + at + 2] as number) * (query[at + 2] as number)
    d += (vectors[from + at + 3] as number) * (query[at + 3] as number)
  }
  for (; at < dimensions; at += 1) a += (vectors[from + at] as number) * (query[at] as number)
  return a + b + c + d
}

/** The n-th largest of some numbers, by a heap of the n largest; minus infinity if there are no more than n. */
function nthLargest(numbers: Float64Array, n: number): number {
  if (numbers.length <= n) return -Infinity
  const heap = numbers.slice(0, n).toSorted()
  for (let index = n; index < numbers.length; index += 1) {
    const number = numbers[index] as number
    if (number <= (heap[0] as number)) continue
    let place = 0
    for (let child = 1; child < n; child = 2 * place + 1) {
      if (child + 1 < n && (heap[child + 1] as number) < (heap[child] as number)) child += 1
      if ((heap[child] as number) >= number) break
      heap[place] = heap[child] as number
      place = child
    }
    heap[place] = number
  }
  return heap[0] as number
}
