import { ValueError } from './errors.ts'
import { limits } from './limits.ts'
import { isSealed, whyUnopened } from './sealed-text.ts'

/** Data that the memory stores exactly. A property whose value is `undefined` counts as absent, as in JSON. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined }

/** The same data, deeply read-only, as the shared cache returns it. */
export type Frozen<T> = T extends object ? { readonly [K in keyof T]: Frozen<T[K]> } : T

/** State of one copy. */
class CopyState {
  /** Objects that enclose the current path. They are few, so an array is faster to search than a set. */
  readonly enclosing: object[] = []
  #containers = 0

  enter(value: object, path: string): void {
    this.enclosing.push(value)
    this.#containers += 1
    if (this.#containers <= limits.containers) return
    throw new ValueError(
      path,
      `more than ${limits.containers} objects and arrays`,
      'Split large data and put it into `objects`.',
    )
  }
}
const unreadable = 'a property that throws when read'

/**
 * Encodes a value as the JSON text to store.
 *
 * @param maxBytes - Maximum size of the text in UTF-8.
 * @throws ValueError when JSON would change the value or lose part of it, or it is too large.
 */
export function encodeJson(value: unknown, maxBytes: number = limits.valueBytes): string {
  return encodeCopy(value, maxBytes).text
}

/**
 * Like {@link encodeJson}, and also returns the copy that {@link decodeJson} would make of the text.
 *
 * @throws ValueError
 */
export function encodeCopy(
  value: unknown,
  maxBytes: number = limits.valueBytes,
): { readonly text: string; readonly copy: unknown } {
  const copy = copyJson(value)
  const text = stringify(copy)
  requireBytes(text, maxBytes)
  return { text, copy }
}

function stringify(copy: unknown): string {
  try {
    return JSON.stringify(copy)
  } catch {
    // The copy is plain JSON data, so only its length can be the problem.
    throw new ValueError('$', 'more text than a string can hold', splitIt)
  }
}

/** @throws ValueError when a text takes more bytes in UTF-8. */
function requireBytes(text: string, maxBytes: number): void {
  // A UTF-16 unit takes three bytes at most, so short texts are not counted.
  if (text.length * 3 <= maxBytes) return
  const bytes = Buffer.byteLength(text)
  if (bytes > maxBytes) throw tooLarge(bytes, maxBytes)
}

/** The error about a value that is too large. */
export function tooLarge(bytes: number, maxBytes: number): ValueError {
  const [found, most] = [bytes, maxBytes].map((count) => count.toLocaleString('en'))
  return new ValueError('$', `${found} bytes where ${most} are allowed`, splitIt)
}

const splitIt = 'Split the data and put it into `objects`.'

/**
 * Copies a value to be stored as JSON, so that the caller may change the original afterwards.
 *
 * @param path - Path of the value in error messages.
 * @throws ValueError under the same conditions as `encodeJson`.
 */
export function copyJson(value: unknown, path = '$'): unknown {
  return copied(value, path, 0, new CopyState())
}

/** @throws ValueError when a required value is `undefined`, which JSON would drop. */
export function requireValue(value: unknown, path: string): void {
  if (value === undefined) throw new ValueError(path, 'undefined', 'Use null instead.')
}

/**
 * Parses stored text into a fresh value that the caller owns.
 *
 * @throws MissingKeyError, CorruptRecordError when the text is sealed and could not be opened.
 */
export function decodeJson(text: string): unknown {
  if (isSealed(text)) throw whyUnopened(text)
  return JSON.parse(text)
}

/** Like {@link decodeJson}, but deeply frozen, so that readers can share the value by reference. */
export function decodeFrozen(text: string): unknown {
  return deepFreeze(decodeJson(text))
}

function deepFreeze(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  for (const inner of Object.values(value)) deepFreeze(inner)
  return Object.freeze(value)
}

/**
 * Checks and copies a value in one pass, so that a getter or proxy is read only
 * once and can't return a different value after the check.
 */
function copied(value: unknown, path: string, depth: number, state: CopyState): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value
    case 'number':
      if (!Number.isFinite(value)) throw new ValueError(path, String(value), 'Use null or a string instead.')
      if (Object.is(value, -0)) throw new ValueError(path, '-0', 'Use 0 instead.')
      return value
    case 'object':
      return value === null ? null : copiedContainer(value, path, depth, state)
    default:
      throw new ValueError(path, article(typeof value), 'Leave it out, or convert it to a string first.')
  }
}

function copiedContainer(value: object, path: string, depth: number, state: CopyState): unknown {
  if (state.enclosing.includes(value))
    throw new ValueError(path, 'a circular reference to an enclosing object', 'Store an id instead.')
  if (depth >= limits.depth)
    throw new ValueError(path, `more than ${limits.depth} levels of nesting`, 'Flatten the value.')
  state.enter(value, path)
  try {
    return Array.isArray(value) ? copiedArray(value, path, depth, state) : copiedObject(value, path, depth, state)
  } catch (error) {
    if (error instanceof ValueError) throw error
    throw new ValueError(path, unreadable, 'Convert it to a plain object first.')
  } finally {
    state.enclosing.pop()
  }
}

function copiedArray(value: readonly unknown[], path: string, depth: number, state: CopyState): unknown[] {
  assertPlain(value, path)
  const array: unknown[] = []
  // Not forEach: it skips holes, which JSON would turn into null.
  for (let index = 0; index < value.length; index += 1) {
    const innerPath = `${path}[${index}]`
    array.push(copied(readFrom(value, index, innerPath), innerPath, depth + 1, state))
  }
  if (Object.keys(value).length > array.length) {
    throw new ValueError(path, 'an array with named properties', 'Use an object instead.')
  }
  return array
}

function copiedObject(value: object, path: string, depth: number, state: CopyState): object {
  assertPlain(value, path)
  const object: Record<string, unknown> = {}
  for (const key of Object.keys(value)) {
    const innerPath = `${path}.${key}`
    const inner = readFrom(value, key, innerPath)
    if (inner === undefined) continue
    const copy = copied(inner, innerPath, depth + 1, state)
    // A plain assignment would set the object's prototype.
    if (key === '__proto__') Object.defineProperty(object, key, { value: copy, ...plainProperty })
    else object[key] = copy
  }
  return object
}

const plainProperty = { enumerable: true, configurable: true, writable: true } as const

/** A getter or a proxy may throw. */
function readFrom(value: object, key: string | number, path: string): unknown {
  try {
    return (value as Record<string | number, unknown>)[key]
  } catch {
    throw new ValueError(path, unreadable, 'Convert it to a plain object first.')
  }
}

/** Counts prototypes instead of comparing them: those of another realm (a vm context, a test runner) are different objects. */
function assertPlain(value: object, path: string): void {
  if (typeof (value as { toJSON?: unknown }).toJSON === 'function') {
    throw new ValueError(path, article(className(value)), 'Convert it first, a Date with toISOString() for example.')
  }
  const depth = prototypes(value)
  const isPlain = Array.isArray(value)
    ? depth === 2
    : depth <= 1 && ownsBasics(Object.getPrototypeOf(value) as object | null)
  if (!isPlain) throw new ValueError(path, article(className(value)), 'Convert it to a plain object or array first.')
  if (Object.getOwnPropertySymbols(value).length > 0) {
    throw new ValueError(path, 'a property with a symbol key', 'Use a string key.')
  }
}

function prototypes(value: object): number {
  let depth = 0
  for (let above = Object.getPrototypeOf(value) as object | null; above !== null && depth < 3; depth += 1) {
    above = Object.getPrototypeOf(above) as object | null
  }
  return depth
}

/** Distinguishes `Object.prototype` from a class whose prototype chain does not reach it. */
function ownsBasics(prototype: object | null): boolean {
  return prototype === null || Object.hasOwn(prototype, 'isPrototypeOf')
}

function className(value: object): string {
  const { constructor } = value
  return typeof constructor === 'function' && constructor.name ? constructor.name : 'object'
}

function article(noun: string): string {
  if (noun === 'undefined') return noun
  return `${/^[aeio]/i.test(noun) ? 'an' : 'a'} ${noun}`
}
