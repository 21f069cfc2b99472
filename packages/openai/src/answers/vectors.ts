import { fieldsOf, listOf } from '../wire/json-values.ts'

/**
 * The vectors of some texts, in the order of the texts; `undefined` unless there is one of the
 * same length for each.
 */
export function vectorsOf(document: unknown, count: number): Float32Array[] | undefined {
  const entries = listOf(fieldsOf(document)['data']).map(fieldsOf)
  if (entries.length !== count) return undefined
  const indexes = new Set(entries.map(({ index }) => index))
  // The index tells the order, unless it is missing, or the same for all.
  const isIndexed = entries.every((_, place) => indexes.has(place))
  if (!isIndexed && indexes.size > 1) return undefined
  const ordered = isIndexed ? entries.toSorted((a, b) => Number(a['index']) - Number(b['index'])) : entries
  const vectors = ordered.map(({ embedding }) => decode(embedding)).filter((vector) => vector !== undefined)
  const lengths = new Set(vectors.map(({ length }) => length))
  return vectors.length === count && lengths.size === 1 && !lengths.has(0) ? vectors : undefined
}

/** Decodes an array of numbers, or base64 of little-endian 32-bit floats, whichever the server sent. */
function decode(embedding: unknown): Float32Array | undefined {
  if (Array.isArray(embedding)) {
    return embedding.every((part) => Number.isFinite(part)) ? Float32Array.from(embedding as number[]) : undefined
  }
  if (typeof embedding !== 'string') return undefined
  const bytes = Buffer.from(embedding, 'base64')
  if (bytes.length % Float32Array.BYTES_PER_ELEMENT !== 0) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const vector = Float32Array.from({ length: bytes.length / Float32Array.BYTES_PER_ELEMENT }, (_, index) =>
    view.getFloat32(index * Float32Array.BYTES_PER_ELEMENT, true),
  )
  return vector.every((part) => Number.isFinite(part)) ? vector : undefined
}
