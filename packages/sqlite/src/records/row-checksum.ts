import { crc32 } from 'node:zlib'

/** Computes the checksum of rows with a given number of fields. */
export function rowChecksum(count: number): (fields: readonly unknown[]) => number {
  const bytes = new Uint8Array(8 * count)
  const numbers = new DataView(bytes.buffer)

  // CRC-32 over a number for each field, and then over all strings. A string is represented among the numbers by its
  // length, so that moving characters from one to the next is noticed.
  return (fields) => {
    let strings = ''
    for (let index = 0; index < count; index += 1) {
      const field = fields[index]
      if (typeof field === 'string') strings += field
      // The same bytes on every machine.
      numbers.setFloat64(8 * index, numberFor(field), true)
    }
    return crc32(strings, crc32(bytes))
  }
}

function numberFor(field: unknown): number {
  if (typeof field === 'number') return field
  if (typeof field === 'string') return field.length
  // No column holds a blob unless it is damaged.
  return field === null ? -1 : -2
}
