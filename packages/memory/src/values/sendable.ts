const maxDepth = 4

/**
 * A copy of a value that can be sent to other threads, without those parts of plain objects and arrays that can't, such
 * as functions and sockets. `undefined` if nothing of it can.
 */
export function sendable(value: unknown, depth = 0): { readonly value: unknown } | undefined {
  if (typeof value === 'function' || typeof value === 'symbol') return undefined
  if (typeof value !== 'object' || value === null) return { value }
  try {
    return { value: structuredClone(value) }
  } catch {
    return depth < maxDepth ? partsOf(value, depth) : undefined
  }
}

function partsOf(value: object, depth: number): { readonly value: unknown } | undefined {
  try {
    if (Array.isArray(value)) {
      // Each item stays in its place.
      return { value: value.map((item: unknown) => sendable(item, depth + 1)?.value ?? null) }
    }
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype !== null && Object.getPrototypeOf(prototype) !== null) return undefined
    const kept = Object.keys(value).flatMap((key): [string, unknown][] => {
      const part = sendable(readable(value, key), depth + 1)
      return part ? [[key, part.value]] : []
    })
    return { value: Object.fromEntries(kept) }
  } catch {
    return undefined
  }
}

function readable(value: object, key: string): unknown {
  try {
    return (value as Readonly<Record<string, unknown>>)[key]
  } catch {
    // A getter that throws is left out, as functions are.
    return readable
  }
}
