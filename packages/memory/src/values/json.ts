import { ValueError } from './errors.ts'
import { isSealed, whyUnopened } from './sealed-text.ts'

/** Data that memory keeps exactly. A property whose value is `undefined` counts as absent, as in JSON. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined }

/** The same data with every level read-only, as handed out from the shared cache. */
export type Frozen<T> = T extends object ? { readonly [K in keyof T]: Frozen<T[K]> } : T

const deepest = 500
/** More than any value needs; a small one that refers to the same part again and again grows beyond all bounds. */
const mostContainers = 2_000_000

/** What is remembered while a value is copied. */
class Copying {
  /** Objects that enclose the present place: few, so that they are found faster in a list than in a set. */
  readonly open: object[] = []
  #containers = 0

  begin(value: object, path: string): void {
    this.open.push(value)
    this.#containers += 1
    if (this.#containers <= mostContainers) return
    throw new ValueError(
      path,
      `more than ${mostContainers} objects and lists`,
      'Put large data into objects, in parts.',
    )
  }
}
const unreadable = 'something that throws when it is read'

/**
 * Turns a value into the text that is stored.
 *
 * @throws `ValueError` when JSON would change the value or lose part of it.
 */
export function encodeJson(value: unknown): string {
  return encodeCopy(value).text
}

/**
 * The same, with a copy: what {@link decodeJson} would make of the text.
 *
 * @throws ValueError
 */
export function encodeCopy(value: unknown): { readonly text: string; readonly copy: unknown } {
  const copy = copyJson(value)
  try {
    return { text: JSON.stringify(copy), copy }
  } catch {
    // It is plain by now: nothing but its length can be wrong.
    throw new ValueError('$', 'more text than a string can hold', 'Put it into objects, in parts.')
  }
}

/**
 * A copy of a value that is kept as JSON data, taken now: its owner may go on changing it.
 *
 * @param path - How faults name it.
 * @throws ValueError as `encodeJson`.
 */
export function copyJson(value: unknown, path = '$'): unknown {
  return copied(value, path, 0, new Copying())
}

/** @throws ValueError when a value that has to be there is `undefined`, which would leave it out. */
export function requireValue(value: unknown, path: string): void {
  if (value === undefined) throw new ValueError(path, 'undefined', 'Use null instead.')
}

/**
 * Parses stored text into a fresh value, the caller's own.
 *
 * @throws MissingKeyError, CorruptRecordError when it is sealed and could not be opened.
 */
export function decodeJson(text: string): unknown {
  if (isSealed(text)) throw whyUnopened(text)
  return JSON.parse(text)
}

/** The same, but nobody can change it: to be shared by reference. */
export function decodeFrozen(text: string): unknown {
  return deepFreeze(decodeJson(text))
}

function deepFreeze(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  for (const inner of Object.values(value)) deepFreeze(inner)
  return Object.freeze(value)
}

/**
 * Checks a value and copies it in the same pass: a getter or a proxy that
 * answers differently the next time is never asked again.
 */
function copied(value: unknown, path: string, depth: number, copying: Copying): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value
    case 'number':
      if (!Number.isFinite(value)) throw new ValueError(path, String(value), 'Use null or a string instead.')
      if (Object.is(value, -0)) throw new ValueError(path, '-0', 'Use 0 instead.')
      return value
    case 'object':
      return value === null ? null : copiedContainer(value, path, depth, copying)
    default:
      throw new ValueError(path, article(typeof value), 'Leave it out, or convert it to a string first.')
  }
}

function copiedContainer(value: object, path: string, depth: number, copying: Copying): unknown {
  if (copying.open.includes(value))
    throw new ValueError(path, 'a reference back to an enclosing object', 'Store an id instead.')
  if (depth >= deepest) throw new ValueError(path, `more than ${deepest} levels`, 'Flatten the value.')
  copying.begin(value, path)
  try {
    return Array.isArray(value) ? copiedList(value, path, depth, copying) : copiedObject(value, path, depth, copying)
  } catch (error) {
    if (error instanceof ValueError) throw error
    throw new ValueError(path, unreadable, 'Convert it to a plain object first.')
  } finally {
    copying.open.pop()
  }
}

function copiedList(value: readonly unknown[], path: string, depth: number, copying: Copying): unknown[] {
  assertPlain(value, path)
  const list: unknown[] = []
  // Not forEach: it skips holes, which JSON would turn into null.
  for (let index = 0; index < value.length; index += 1) {
    const place = `${path}[${index}]`
    list.push(copied(readFrom(value, index, place), place, depth + 1, copying))
  }
  if (Object.keys(value).length > list.length) {
    throw new ValueError(path, 'an array with named properties', 'Use an object instead.')
  }
  return list
}

function copiedObject(value: object, path: string, depth: number, copying: Copying): object {
  assertPlain(value, path)
  const object: Record<string, unknown> = {}
  for (const key of Object.keys(value)) {
    const place = `${path}.${key}`
    const inner = readFrom(value, key, place)
    if (inner === undefined) continue
    const own = copied(inner, place, depth + 1, copying)
    // Set like the others it would become the object's prototype.
    if (key === '__proto__') Object.defineProperty(object, key, { value: own, ...plainProperty })
    else object[key] = own
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

/** Objects and arrays of another realm (a vm context, a test runner) have other prototypes: what counts is how many stand above. */
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
    throw new ValueError(path, 'a property named by a symbol', 'Name it by a string.')
  }
}

function prototypes(value: object): number {
  let depth = 0
  for (let above = Object.getPrototypeOf(value) as object | null; above !== null && depth < 3; depth += 1) {
    above = Object.getPrototypeOf(above) as object | null
  }
  return depth
}

/** Tells the base of all objects from a class that was cut off from it. */
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
