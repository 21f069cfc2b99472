import * as errors from './errors.ts'
import { encodeJson } from './json.ts'
import { builtinErrors, hiddenFields, toEnvelope } from './pack-error.ts'
import type { ErrorEnvelope } from './pack-error.ts'
import { errorDocs } from './skein-error.ts'

interface ErrorClass {
  readonly prototype: object
}

/** Classes of errors by their names. */
export type ErrorClasses = Readonly<Record<string, ErrorClass>>

const ownClasses: ReadonlyMap<string, ErrorClass> = new Map(Object.entries(errors))
/** Classes that this thread does not have, made here by base and name. */
const madeClasses = new Map<string, ErrorClass>()
const maxMadeClasses = 1_000

/** Packs a thrown value as JSON data for a store. Fields that JSON would change are left out. */
export function toStoredEnvelope(thrown: unknown): ErrorEnvelope {
  return jsonOnly(toEnvelope(thrown))
}

function jsonOnly(envelope: ErrorEnvelope): ErrorEnvelope {
  const { fields, cause, errors: parts } = envelope
  const kept = Object.entries(fields).filter(([, value]) => isJson(value))
  return {
    ...envelope,
    fields: Object.fromEntries(kept),
    cause: cause && jsonOnly(cause),
    ...(parts && { errors: Object.fromEntries(Object.entries(parts).map(([key, part]) => [key, jsonParts(part)])) }),
  }
}

function jsonParts(part: ErrorEnvelope | readonly ErrorEnvelope[]): ErrorEnvelope | readonly ErrorEnvelope[] {
  return isList(part) ? part.map((one) => jsonOnly(one)) : jsonOnly(part)
}

function isJson(value: unknown): boolean {
  try {
    encodeJson(value)
    return true
  } catch {
    return false
  }
}

/**
 * Unpacks an envelope. The error keeps its name, code and fields. Its class is JavaScript's own, one of this package, one
 * of those given, or one of the same name that is made here.
 */
export function fromEnvelope(envelope: ErrorEnvelope, classes: ErrorClasses = {}): Error {
  const { name, message, stack, fields, errors: parts = {}, base = 'Error' } = envelope
  const options = envelope.cause && { cause: fromEnvelope(envelope.cause, classes) }
  const error = base === 'DOMException' ? new DOMException(message, { name, ...options }) : new Error(message, options)
  Object.setPrototypeOf(error, classOf(envelope, classes).prototype)
  // Defined, not assigned: a class may have getters of these names, and a field may be called `__proto__`.
  const define = (key: string, value: unknown, enumerable: boolean): unknown =>
    Object.defineProperty(error, key, { value, enumerable, configurable: true, writable: true })
  define('stack', stack, false)
  if (error.name !== name) define('name', name, false)
  for (const [key, value] of Object.entries(fields)) define(key, value, true)
  // A class of another package is made here, without what it inherits.
  const code = fields['code']
  if (typeof code === 'string' && code.startsWith('SKEIN_') && !('docs' in error))
    define('docs', errorDocs(code), false)
  for (const [key, part] of Object.entries(parts)) {
    const unpacked = isList(part) ? part.map((one) => fromEnvelope(one, classes)) : fromEnvelope(part, classes)
    define(key, unpacked, hiddenFields[base]?.includes(key) !== true)
  }
  return error
}

function isList(part: ErrorEnvelope | readonly ErrorEnvelope[]): part is readonly ErrorEnvelope[] {
  return Array.isArray(part)
}

function classOf({ name, className, base = 'Error' }: ErrorEnvelope, classes: ErrorClasses): ErrorClass {
  // Envelopes of earlier versions name the class by the name alone.
  const sought = className ?? name
  const known = Object.hasOwn(classes, sought) ? classes[sought] : ownClasses.get(sought)
  if (known) return known
  const named = builtinErrors.has(base) ? (globalThis as Readonly<Record<string, unknown>>)[base] : undefined
  const builtin = typeof named === 'function' ? (named as unknown as ErrorClass) : Error
  return className === undefined ? builtin : madeClass(className, base, builtin)
}

/** A class of this name, the same one each time. */
function madeClass(name: string, base: string, Base: ErrorClass): ErrorClass {
  const key = `${base}/${name}`
  const made = madeClasses.get(key) ?? { [name]: class extends (Base as ErrorConstructor) {} }[name] ?? Base
  if (madeClasses.size < maxMadeClasses) madeClasses.set(key, made)
  return made
}
