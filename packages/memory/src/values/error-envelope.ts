import * as errors from './errors.ts'
import { encodeJson } from './json.ts'

/**
 * An error as plain data that can cross threads, processes and stores.
 *
 * Structured cloning drops an error's `code`, extra fields and class.
 */
export interface ErrorEnvelope {
  readonly name: string
  readonly message: string
  readonly stack: string | undefined
  readonly fields: Readonly<Record<string, unknown>>
  readonly cause: ErrorEnvelope | undefined
}

const classes = new Map<string, { prototype: object }>(Object.entries(errors))
const standardFields = new Set(['name', 'message', 'stack', 'cause'])
const maxCauseDepth = 8

/** Packs any thrown value. A value that is not an `Error` becomes one whose message shows the value. */
export function toEnvelope(thrown: unknown, depth = 0): ErrorEnvelope {
  const error = thrown instanceof Error ? thrown : new Error(`Thrown: ${String(thrown)}`)
  const fields: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(error)) {
    if (!standardFields.has(key) && isCloneable(value)) fields[key] = value
  }
  const { cause } = error
  const packed = cause === undefined || depth >= maxCauseDepth ? undefined : toEnvelope(cause, depth + 1)
  return { name: error.name, message: error.message, stack: error.stack, fields, cause: packed }
}

/** Packs a thrown value as JSON data for a store. Fields that JSON would change are left out. */
export function toStoredEnvelope(thrown: unknown): ErrorEnvelope {
  return jsonOnly(toEnvelope(thrown))
}

function jsonOnly({ name, message, stack, fields, cause }: ErrorEnvelope): ErrorEnvelope {
  const kept = Object.entries(fields).filter(([, value]) => isJson(value))
  return { name, message, stack, fields: Object.fromEntries(kept), cause: cause && jsonOnly(cause) }
}

function isJson(value: unknown): boolean {
  try {
    encodeJson(value)
    return true
  } catch {
    return false
  }
}

/** Unpacks an envelope. The error keeps its name and code, and its class if that is one of this package's. */
export function fromEnvelope(envelope: ErrorEnvelope): Error {
  const known = classes.get(envelope.name)
  const error = new Error(envelope.message, envelope.cause && { cause: fromEnvelope(envelope.cause) })
  if (known) Object.setPrototypeOf(error, known.prototype)
  Object.defineProperty(error, 'stack', { value: envelope.stack, configurable: true, writable: true })
  return Object.assign(error, { name: envelope.name }, envelope.fields)
}

function isCloneable(value: unknown): boolean {
  if (typeof value === 'function' || typeof value === 'symbol') return false
  if (typeof value !== 'object' || value === null) return true
  try {
    structuredClone(value)
    return true
  } catch {
    return false
  }
}
