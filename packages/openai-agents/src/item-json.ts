import { ValueError } from '@skein/memory'

/** The only property of an object that stands for bytes. */
const bytesName = '$bytes'

/**
 * An item as JSON data. Files within it may be bytes, which become base64.
 *
 * @throws ValueError when an object would be taken for bytes.
 */
export function toJson(value: unknown, path = '$'): unknown {
  if (value instanceof Uint8Array) return { [bytesName]: Buffer.from(value).toString('base64') }
  if (Array.isArray(value)) return value.map((each, at) => toJson(each, `${path}[${at}]`))
  if (!isPlain(value)) return value
  if (Object.hasOwn(value, bytesName)) {
    throw new ValueError(path, `a property "${bytesName}"`, 'That name stands for bytes. Choose another one.')
  }
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, toJson(each, `${path}.${name}`)]))
}

/** The item that {@link toJson} was given. */
export function fromJson(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fromJson)
  if (!isPlain(value)) return value
  const bytes = Object.hasOwn(value, bytesName) ? value[bytesName] : undefined
  if (typeof bytes === 'string') return Uint8Array.from(Buffer.from(bytes, 'base64'))
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, fromJson(each)]))
}

/** Everything else is left as it is, for the memory to refuse it by its path. */
function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
