/** The format of stored vectors: a byte for each dimension, or a 32-bit float. */
export type VectorForm = 'int8' | 'float32'

/** A vector as it is kept and compared. */
export type KeptVector = Int8Array | Float32Array

/** Whether a vector has a direction: it is not zero, and no part is NaN or infinite. */
export function hasDirection(vector: ArrayLike<number>): boolean {
  const square = squareOf(vector)
  return square > 0 && Number.isFinite(square)
}

/** The form in which a vector is kept. Its length does not matter, as vectors are compared by their direction. */
export function keptForm(vector: ArrayLike<number>, form: VectorForm): KeptVector {
  if (form === 'int8') {
    let largest = 0
    for (let at = 0; at < vector.length; at += 1) largest = Math.max(largest, Math.abs(vector[at] as number))
    return Int8Array.from(vector, (part) => Math.round((part / largest) * 127))
  }
  const length = Math.sqrt(squareOf(vector))
  return Float32Array.from(vector, (part) => part / length)
}

/** What a dot product is multiplied with to become a cosine, once for each of the two vectors. */
export function inverseLength(vector: ArrayLike<number>): number {
  return 1 / Math.sqrt(squareOf(vector))
}

/** A kept vector as base64 text. */
export function packVector(vector: KeptVector): string {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64')
}

/** The vector of a text; `undefined` unless it has so many dimensions and a direction. */
export function unpackVector(text: string, dimensions: number, form: VectorForm): KeptVector | undefined {
  const bytes = Uint8Array.from(Buffer.from(text, 'base64'))
  if (bytes.length !== dimensions * (form === 'int8' ? 1 : Float32Array.BYTES_PER_ELEMENT)) return undefined
  const vector = form === 'int8' ? new Int8Array(bytes.buffer) : new Float32Array(bytes.buffer)
  return hasDirection(vector) ? vector : undefined
}

function squareOf(vector: ArrayLike<number>): number {
  let sum = 0
  for (let at = 0; at < vector.length; at += 1) sum += (vector[at] as number) * (vector[at] as number)
  return sum
}
