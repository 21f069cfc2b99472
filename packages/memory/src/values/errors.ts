/** Every code the memory can throw. A code, once published, keeps its meaning. */
export type SkeinErrorCode =
  | 'SKEIN_ACCESS'
  | 'SKEIN_CLOSED'
  | 'SKEIN_CORRUPT'
  | 'SKEIN_FEED_TRIMMED'
  | 'SKEIN_FENCE'
  | 'SKEIN_KEY_MISSING'
  | 'SKEIN_NOT_FOUND'
  | 'SKEIN_OPTION'
  | 'SKEIN_OUTCOME_UNKNOWN'
  | 'SKEIN_SCHEMA'
  | 'SKEIN_STORE'
  | 'SKEIN_STORE_BUSY'
  | 'SKEIN_STORE_FORMAT'
  | 'SKEIN_STORE_FULL'
  | 'SKEIN_VALUE'
  | 'SKEIN_VERSION_CONFLICT'
  | 'SKEIN_WORK'

/**
 * Base of all errors that Skein throws.
 *
 * Branch on `code`, not on the class: codes survive bundling, duplicate
 * installs, threads and processes; `instanceof` does not.
 */
export abstract class SkeinError extends Error {
  abstract readonly code: string

  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = new.target.name
  }
}

/** A method was called after the memory had been closed. */
export class MemoryClosedError extends SkeinError {
  readonly code = 'SKEIN_CLOSED'

  constructor() {
    super('The memory is closed. Open a new one instead of using this one on.')
  }
}

/** An option or argument has a value outside its range. */
export class OptionError extends SkeinError {
  readonly code = 'SKEIN_OPTION'
  readonly option: string

  constructor(option: string, expected: string, received: unknown) {
    super(`Expected \`${option}\` to be ${expected}, got ${show(received)}.`)
    this.option = option
  }
}

/** A value can't be kept exactly as it is, so it was not kept at all. */
export class ValueError extends SkeinError {
  readonly code = 'SKEIN_VALUE'
  /** Where in the value the fault lies, e.g. `$.items[3].when`. */
  readonly path: string

  constructor(path: string, found: string, remedy: string) {
    const place = path.length > 300 ? `${path.slice(0, 100)}…${path.slice(-100)}` : path
    super(`Expected JSON data, found ${found} at ${place}. ${remedy}`)
    this.path = path
  }
}

/** One fault of a value that does not fit its schema. */
export interface SchemaIssue {
  /** Where in the value, e.g. `$.items[3].when`. */
  readonly path: string
  readonly message: string
}

/** A value does not fit the schema that its place asks for. Nothing was written. */
export class SchemaError extends SkeinError {
  readonly code = 'SKEIN_SCHEMA'
  /** The record as `collection/id`. */
  readonly key: string
  readonly issues: readonly SchemaIssue[]

  constructor(key: string, issues: readonly SchemaIssue[]) {
    const said = issues.map(({ path, message }) => `${path}: ${message}`).join('; ')
    super(`The value for "${key}" does not fit its schema. ${said}`)
    this.key = key
    this.issues = issues
  }
}

/** A write named a version that is no longer (or not yet) the record's version. */
export class VersionConflictError<Current = unknown> extends SkeinError {
  readonly code = 'SKEIN_VERSION_CONFLICT'
  readonly key: string
  /** The version that the writer expected; 0 stands for "absent". */
  readonly expected: number
  /** What the store holds now; `undefined` when the key is absent. */
  readonly current: Current | undefined

  constructor(key: string, expected: number, actual: number, current: Current | undefined) {
    super(
      `Expected version ${expected} of "${key}", but the store holds ${actual === 0 ? 'none' : `version ${actual}`}. ` +
        'Read it again, or let update() retry for you.',
    )
    this.key = key
    this.expected = expected
    this.current = current
  }
}

/** A write was made under a claim or lease that had ended or been taken over. */
export class FenceError extends SkeinError {
  readonly code = 'SKEIN_FENCE'
  readonly key: string
  readonly fence: number

  constructor(key: string, fence: number) {
    super(`The lease on "${key}" with fence ${fence} was lost. Drop this result: its task has another owner, or none.`)
    this.key = key
    this.fence = fence
  }
}

/** Something that was asked for by name does not exist, or the asker may not see it. */
export class NotFoundError extends SkeinError {
  readonly code = 'SKEIN_NOT_FOUND'
  readonly key: string

  constructor(kind: string, key: string) {
    super(`No ${kind} "${key}" that this principal can see. Check the name and the clearance.`)
    this.key = key
  }
}

/** A principal asked for something that needs a right it lacks. */
export class AccessError extends SkeinError {
  readonly code = 'SKEIN_ACCESS'
  readonly principal: string

  constructor(principal: string, needed: string) {
    super(`"${principal}" needs ${needed} for this. Ask with a principal whose clearance covers it.`)
    this.principal = principal
  }
}

/** Work run through `once` failed elsewhere, and its failure was kept or shared. */
export class WorkError extends SkeinError {
  readonly code = 'SKEIN_WORK'
  readonly key: string

  constructor(key: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.key = key
  }
}

/** A store failed. The original error is the `cause`. */
export class StoreError extends SkeinError {
  readonly code: string = 'SKEIN_STORE'
  readonly operation: string

  constructor(operation: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.operation = operation
  }
}

/** Another process kept the store locked for longer than the busy time-out. */
export class StoreBusyError extends StoreError {
  override readonly code = 'SKEIN_STORE_BUSY'
}

/** There is no space left where the store lives. Nothing of the write was kept. */
export class StoreFullError extends StoreError {
  override readonly code = 'SKEIN_STORE_FULL'
}

/** What was opened is no Skein store, or one of another format version. Nothing was changed. */
export class StoreFormatError extends StoreError {
  override readonly code = 'SKEIN_STORE_FORMAT'
}

/** Stored data does not match its checksum. The damaged data is not handed out. */
export class CorruptRecordError extends StoreError {
  override readonly code = 'SKEIN_CORRUPT'
}

/** Something is sealed with a key that the memory was not given. Nothing was changed. */
export class MissingKeyError extends SkeinError {
  readonly code = 'SKEIN_KEY_MISSING'
  /** The id of the key. */
  readonly keyId: string
  /** Whether there is a key of that id, but not the one that sealed. */
  readonly isOther: boolean

  constructor(keyId: string, isOther: boolean) {
    const which = isOther ? `another key named "${keyId}" than the one given` : `the key "${keyId}", which is not given`
    super(`This is sealed with ${which}. Add that key to \`encryption.keys\` when opening the memory.`)
    this.keyId = keyId
    this.isOther = isOther
  }
}

/** The connection was lost in the middle of a write: it may or may not have happened. */
export class OutcomeUnknownError extends StoreError {
  override readonly code = 'SKEIN_OUTCOME_UNKNOWN'
}

function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value)
  return typeof value === 'object' && value !== null ? Object.prototype.toString.call(value) : String(value)
}
