import { ValueError } from './errors.ts'
import { isSealed, whyUnopened } from './sealed-text.ts'

/** Data that memory keeps exactly. A property whose value is `undefined` counts as absent, as in JSON. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined }

/** The same data with every level read-only, as handed out from the shared cache. */
export type Frozen<T> = T extends object ? { readonly [K in keyof T]: Frozen<T[K]> } : T

const deepest = 500

/**
 * Turns a value into the text that is stored.
 *
 * @throws {@link ValueError} when JSON would change the value or lose part of it.
 */
export function encodeJson(value: unknown): string {
  assertJson(value, '$', 0, new Set())
  return JSON.stringify(value)
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

function assertJson(value: unknown, path: string, depth: number, open: Set<object>): void {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return
    case 'number':
      if (!Number.isFinite(value)) throw new ValueError(path, String(value), 'Use null or a string instead.')
      if (Object.is(value, -0)) throw new ValueError(path, '-0', 'Use 0 instead.')
      return
    case 'object':
      if (value !== null) assertContainer(value, path, depth, open)
      return
    default:
      throw new ValueError(path, article(typeof value), 'Leave it out, or convert it to a string first.')
  }
}

function assertContainer(value: object, path: string, depth: number, open: Set<object>): void {
  if (open.has(value)) throw new ValueError(path, 'a reference back to an enclosing object', 'Store an id instead.')
  if (depth >= deepest) throw new ValueError(path, `more than ${deepest} levels`, 'Flatten the value.')
  if (typeof (value as { toJSON?: unknown }).toJSON === 'function') {
    throw new ValueError(path, article(className(value)), 'Convert it first, a Date with toISOString() for example.')
  }
  open.add(value)
  if (Array.isArray(value)) {
    // Not forEach: it skips holes, which JSON would turn into null.
    for (let index = 0; index < value.length; index += 1) {
      assertJson(value[index], `${path}[${index}]`, depth + 1, open)
    }
    if (Object.keys(value).length > value.length) {
      throw new ValueError(path, 'an array with named properties', 'Use an object instead.')
    }
  } else {
    assertObject(value, path, depth, open)
  }
  open.delete(value)
}

function assertObject(value: object, path: string, depth: number, open: Set<object>): void {
  const prototype: unknown = Object.getPrototypeOf(value)
  // Objects of another realm (a vm context, a test runner) have another Object.prototype: look one level up.
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
    throw new ValueError(path, article(className(value)), 'Convert it to a plain object or array first.')
  }
  if (Object.getOwnPropertySymbols(value).length > 0) {
    throw new ValueError(path, 'a property named by a symbol', 'Name it by a string.')
  }
  for (const [key, inner] of Object.entries(value)) {
    if (inner !== undefined) assertJson(inner, `${path}.${key}`, depth + 1, open)
  }
}

function className(value: object): string {
  const { constructor } = value
  return typeof constructor === 'function' && constructor.name ? constructor.name : 'object'
}

function article(noun: string): string {
  return `${/^[aeio]/i.test(noun) ? 'an' : 'a'} ${noun}`
}
