import { inspect, types } from 'node:util'

import { sendable } from './sendable.ts'

/**
 * An error as plain data that can cross threads, processes and stores.
 *
 * Structured cloning drops an error's `code`, extra fields and class.
 */
export interface ErrorEnvelope {
  /** Its `name`; the name of its class where the class did not set one. */
  readonly name: string
  readonly message: string
  readonly stack: string | undefined
  readonly fields: Readonly<Record<string, unknown>>
  readonly cause: ErrorEnvelope | undefined
  /** The name of its class, if it is none of JavaScript's own. */
  readonly className?: string
  /** The class of JavaScript's own that it extends, if that is not `Error`. */
  readonly base?: string
  /** The fields that are errors, such as the `errors` of an `AggregateError`. */
  readonly errors?: Readonly<Record<string, ErrorEnvelope | readonly ErrorEnvelope[]>>
}

/** JavaScript's own classes of errors. Some exist only in newer versions of Node.js. */
export const builtinErrors: ReadonlySet<string> = new Set([
  'Error',
  'AggregateError',
  'DOMException',
  'EvalError',
  'RangeError',
  'ReferenceError',
  'SuppressedError',
  'SyntaxError',
  'TypeError',
  'URIError',
])

/** Fields that have a place of their own, or that the class brings along. */
const standardFields: ReadonlySet<string> = new Set(['name', 'message', 'stack', 'cause'])
/** Own fields that are not enumerable. */
export const hiddenFields: Readonly<Record<string, readonly string[]>> = {
  AggregateError: ['errors'],
  SuppressedError: ['error', 'suppressed'],
}
const maxDepth = 8
/** Errors in one envelope: an error may lead to others in so many ways that it grows without end. */
const maxErrors = 1_000
const maxMessageLength = 10_000

/**
 * Packs any thrown value, and never throws itself. A value that is not an error becomes an `Error` whose message shows
 * the value; the fields of an object become its fields, any other value its field `thrown`.
 */
export function toEnvelope(thrown: unknown): ErrorEnvelope {
  return new Packer().pack(thrown)
}

class Packer {
  /** What the error being packed is a cause or part of, with itself. */
  readonly #path = new Set<unknown>()
  #left = maxErrors

  pack(thrown: unknown): ErrorEnvelope {
    this.#left -= 1
    if (typeof thrown !== 'object' || thrown === null) return packValue(thrown)
    if (!isError(thrown) && !hasFields(thrown)) return packValue(thrown)
    const base = baseOf(thrown)
    const className = classNameOf(thrown)
    const isOwn = className === undefined || builtinErrors.has(className)
    const stated = textOf(get(thrown, 'name'))
    const name = !isOwn && (stated === undefined || stated === base) ? className : (stated ?? 'Error')
    const head = {
      name,
      message: textOf(get(thrown, 'message')) ?? `Thrown: ${show(thrown)}`,
      stack: textOf(get(thrown, 'stack')),
      ...(!isOwn && { className }),
      ...(base !== 'Error' && { base }),
    }
    const code = codeOf(thrown, base)
    // Known already, or too deep.
    if (this.#path.has(thrown) || this.#path.size >= maxDepth) return { ...head, fields: code, cause: undefined }
    this.#path.add(thrown)
    try {
      const cause = get(thrown, 'cause')
      const packed = cause === undefined || this.#left <= 0 ? undefined : this.pack(cause)
      return { ...head, cause: packed, ...this.#packFields(thrown, base, code) }
    } finally {
      this.#path.delete(thrown)
    }
  }

  #packFields(
    thrown: object,
    base: string,
    code: Readonly<Record<string, unknown>>,
  ): Pick<ErrorEnvelope, 'fields' | 'errors'> {
    const fields: [string, unknown][] = Object.entries(code)
    const errors: [string, ErrorEnvelope | readonly ErrorEnvelope[]][] = []
    for (const key of [...keysOf(thrown), ...(hiddenFields[base] ?? [])]) {
      if (standardFields.has(key) || key in code) continue
      const value = get(thrown, key)
      if (isError(value)) {
        if (this.#left > 0) errors.push([key, this.pack(value)])
      } else if (Array.isArray(value) && (value.some(isError) || base === 'AggregateError')) {
        errors.push([key, value.slice(0, Math.max(0, this.#left)).map((item) => this.pack(item))])
      } else {
        const kept = sendable(value)
        if (kept) fields.push([key, kept.value])
      }
    }
    return { fields: Object.fromEntries(fields), ...(errors.length > 0 && { errors: Object.fromEntries(errors) }) }
  }
}

/** An envelope of something that is neither an error nor a plain object. */
function packValue(thrown: unknown): ErrorEnvelope {
  const kept = thrown === undefined ? undefined : sendable(thrown)
  const fields = kept ? { thrown: kept.value } : {}
  return { name: 'Error', message: `Thrown: ${show(thrown)}`, stack: undefined, fields, cause: undefined }
}

/** Whether it is an error, of whatever realm: a `vm` context has an `Error` of its own. */
function isError(value: unknown): boolean {
  try {
    return types.isNativeError(value) || value instanceof Error
  } catch {
    // A proxy that was revoked, or whose traps throw.
    return false
  }
}

/** Whether it is an object that is none of JavaScript's own kinds, such as arrays and dates. */
function hasFields(value: object): boolean {
  try {
    return Object.prototype.toString.call(value) === '[object Object]'
  } catch {
    return false
  }
}

/** A class that its prototypes name, whatever realm it is from. */
function baseOf(error: object): string {
  for (const name of classNames(error)) if (builtinErrors.has(name)) return name
  return 'Error'
}

function classNameOf(error: object): string | undefined {
  const [first] = classNames(error)
  return first === 'Object' ? undefined : first
}

function classNames(error: object): readonly string[] {
  const names: string[] = []
  try {
    for (let at: unknown = Object.getPrototypeOf(error); at !== null; at = Object.getPrototypeOf(at)) {
      const name = textOf(get(get(at as object, 'constructor') as object, 'name'))
      if (name) names.push(name)
    }
  } catch {
    // What a proxy does not say.
  }
  return names
}

/** Its `code`, also where that is a getter of the class. A `DOMException` brings its own. */
function codeOf(error: object, base: string): Readonly<Record<string, unknown>> {
  const code = base === 'DOMException' ? undefined : get(error, 'code')
  return typeof code === 'string' || typeof code === 'number' ? { code } : {}
}

function keysOf(value: object): readonly string[] {
  try {
    return Object.keys(value)
  } catch {
    return []
  }
}

/** A property; `undefined` where reading it throws. */
function get(value: object, key: string): unknown {
  try {
    return (value as Readonly<Record<string, unknown>>)[key]
  } catch {
    return undefined
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** A value as people read it. */
function show(value: unknown): string {
  try {
    const text = typeof value === 'string' ? value : inspect(value, { depth: 2, breakLength: Infinity })
    return text.slice(0, maxMessageLength)
  } catch {
    return 'a value that cannot be shown'
  }
}
