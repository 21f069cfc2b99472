import { SkeinError } from './skein-error.ts'

export { SkeinError }

/** Every error code that the memory can throw. A published code keeps its meaning. */
export type SkeinErrorCode =
  | 'SKEIN_ACCESS'
  | 'SKEIN_BUNDLED'
  | 'SKEIN_CLOSED'
  | 'SKEIN_CONTROL'
  | 'SKEIN_CORRECTED'
  | 'SKEIN_CORRUPT'
  | 'SKEIN_DEADLOCK'
  | 'SKEIN_EMBEDDER'
  | 'SKEIN_FEED_TRIMMED'
  | 'SKEIN_FENCE'
  | 'SKEIN_HELD'
  | 'SKEIN_HISTORY'
  | 'SKEIN_KEY_MISSING'
  | 'SKEIN_NOT_FOUND'
  | 'SKEIN_OPTION'
  | 'SKEIN_OUTCOME_UNKNOWN'
  | 'SKEIN_PAST_VIEW'
  | 'SKEIN_SCHEMA'
  | 'SKEIN_STORE'
  | 'SKEIN_STORE_BUSY'
  | 'SKEIN_STORE_FORMAT'
  | 'SKEIN_STORE_FULL'
  | 'SKEIN_TRANSACTION'
  | 'SKEIN_VALUE'
  | 'SKEIN_VERSION_CONFLICT'
  | 'SKEIN_WORK'

/** A method was called after the memory had been closed. */
export class MemoryClosedError extends SkeinError {
  readonly code = 'SKEIN_CLOSED'

  constructor() {
    super('The memory is closed. Open a new one instead.')
  }
}

/** An option or argument has an invalid value. */
export class OptionError extends SkeinError {
  readonly code = 'SKEIN_OPTION'
  readonly option: string

  /** @param received - What the option was. */
  constructor(option: string, expected: string, received: unknown)
  /** @param message - Says what is wrong, and what to do. */
  constructor(option: string, message: string)
  constructor(option: string, expected: string, ...received: readonly [] | readonly [unknown]) {
    super(received.length === 0 ? expected : `Expected \`${option}\` to be ${expected}, got ${show(received[0])}.`)
    this.option = option
  }
}

/** A bundler has included a package in another file, so the package can't find its own files. */
export class PackageBundledError extends SkeinError {
  readonly code = 'SKEIN_BUNDLED'
  readonly package: string

  constructor(packageName: string, bundle: string | undefined) {
    super(
      `${packageName} is bundled into ${bundle ?? 'a CommonJS file'}, but its own files are missing there. Exclude it from ` +
        "the bundle: with esbuild `packages: 'external'`, with Vite `ssr: { external: ['@skein/core', …] }`, with Next.js " +
        '`serverExternalPackages: [\'@skein/core\', …]`; the guide "Building and bundling" lists the names.',
    )
    this.package = packageName
  }
}

/** JSON can't represent a value exactly, so nothing was written. */
export class ValueError extends SkeinError {
  readonly code = 'SKEIN_VALUE'
  /** Location of the problem in the value, e.g. `$.items[3].when`. */
  readonly path: string

  constructor(path: string, found: string, remedy: string) {
    const shortPath = path.length > 300 ? `${path.slice(0, 100)}…${path.slice(-100)}` : path
    super(`Expected JSON data, found ${found} at ${shortPath}. ${remedy}`)
    this.path = path
  }
}

/** One way in which a value violates its schema. */
export interface SchemaIssue {
  /** Location in the value, e.g. `$.items[3].when`. */
  readonly path: string
  readonly message: string
}

/** A value violates the schema for its key. Nothing was written. */
export class SchemaError extends SkeinError {
  readonly code = 'SKEIN_SCHEMA'
  /** The record as `collection/id`. */
  readonly key: string
  readonly issues: readonly SchemaIssue[]

  constructor(key: string, issues: readonly SchemaIssue[]) {
    const details = issues.map(({ path, message }) => `${path}: ${message}`).join('; ')
    super(`The value for "${key}" does not match its schema. ${details}`)
    this.key = key
    this.issues = issues
  }
}

/** A write expected a version that is not the record's current version. */
export class VersionConflictError<Current = unknown> extends SkeinError {
  readonly code = 'SKEIN_VERSION_CONFLICT'
  readonly key: string
  /** The version that the writer expected; 0 means "absent". */
  readonly expected: number
  /** The current record of the store; `undefined` when the key is absent. */
  readonly current: Current | undefined

  constructor(key: string, expected: number, actual: number, current: Current | undefined) {
    super(
      `Expected version ${expected} of "${key}", but the store has ${actual === 0 ? 'none' : `version ${actual}`}. ` +
        'Read it again, or let update() retry for you.',
    )
    this.key = key
    this.expected = expected
    this.current = current
  }
}

/** A write used a claim or lease that had expired or been taken over. */
export class FenceError extends SkeinError {
  readonly code = 'SKEIN_FENCE'
  readonly key: string
  readonly fence: number

  constructor(key: string, fence: number) {
    super(
      `The lease on "${key}" with fence ${fence} was lost. Discard this result: its task has another owner, or none.`,
    )
    this.key = key
    this.fence = fence
  }
}

/** The requested item does not exist, or the principal may not see it. */
export class NotFoundError extends SkeinError {
  readonly code = 'SKEIN_NOT_FOUND'
  readonly key: string

  constructor(kind: string, key: string) {
    super(`No ${kind} "${key}" is visible to this principal. Check the name and the clearance.`)
    this.key = key
  }
}

/** A record was retracted or superseded, so it is no longer valid. */
export class CorrectedError extends SkeinError {
  readonly code = 'SKEIN_CORRECTED'
  /** The record as `collection/id`. */
  readonly key: string
  /** `withdrawn` where the principal may not see which of the two it was. */
  readonly state: 'retracted' | 'superseded' | 'withdrawn'
  readonly reason: string | undefined
  /** The id of what holds in its place, of the same kind; `undefined` where nothing does, or the principal may not see it. */
  readonly latest: string | undefined

  constructor(key: string, correction: Partial<Pick<CorrectedError, 'state' | 'reason' | 'latest'>> = {}) {
    const { state = 'withdrawn', reason, latest } = correction
    const why = reason === undefined ? '' : `: ${reason}`
    const remedy = latest === undefined ? "It can be read with { include: 'all' }" : `Use "${latest}"`
    super(`"${key}" was ${state}${why}${/[.!?]$/.test(why) ? '' : '.'} ${remedy}.`)
    this.key = key
    this.state = state
    this.reason = reason
    this.latest = latest
  }
}

/** A principal lacks a right or clearance that an operation needs. */
export class AccessError extends SkeinError {
  readonly code = 'SKEIN_ACCESS'
  readonly principal: string

  constructor(principal: string, needed: string) {
    super(`"${principal}" needs ${needed} for this. Use a principal with sufficient access.`)
    this.principal = principal
  }
}

/** Work run through `once` failed in another caller, which shared or stored the failure. */
export class WorkError extends SkeinError {
  readonly code = 'SKEIN_WORK'
  readonly key: string

  constructor(key: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.key = key
  }
}

/** Work waits for itself: each piece of the cycle waits for the next one, and the last one for the first. */
export class DeadlockError extends SkeinError {
  readonly code = 'SKEIN_DEADLOCK'
  /** Keys of work, and names of activities. */
  readonly cycle: readonly string[]

  constructor(cycle: readonly string[]) {
    const [first = ''] = cycle
    super(
      `This work waits for itself: ${[...cycle, first].map((name) => `"${name}"`).join(' waits for ')}. ` +
        'Start the inner work before the outer one, or give them different keys. If threads are short, allow more.',
    )
    this.cycle = cycle
  }
}

/** An embedder failed, or its vectors can't be used. The original error is the `cause`. */
export class EmbedderError extends SkeinError {
  readonly code = 'SKEIN_EMBEDDER'
  /** The id of the embedder. */
  readonly embedder: string

  constructor(embedder: string, message: string, options?: ErrorOptions) {
    super(`The embedder "${embedder}" ${message}`, options)
    this.embedder = embedder
  }
}

/** A store failed. The original error is the `cause`. */
export class StoreError extends SkeinError {
  readonly code: string = 'SKEIN_STORE'
  readonly operation: string
  /** Set if this store will never answer again, for example because its file was removed: then nobody waits for it. */
  declare readonly isFinal?: boolean

  constructor(operation: string, message: string, options: ErrorOptions & { readonly isFinal?: boolean } = {}) {
    super(message, options)
    this.operation = operation
    // Only then is there such a field.
    if (options.isFinal) this.isFinal = true
  }
}

/** Another process kept the store locked beyond the busy timeout. */
export class StoreBusyError extends StoreError {
  override readonly code = 'SKEIN_STORE_BUSY'
}

/** The store is out of space. No part of the write was kept. */
export class StoreFullError extends StoreError {
  override readonly code = 'SKEIN_STORE_FULL'
}

/** The opened file or server is not a Skein store, or has another format version. Nothing was changed. */
export class StoreFormatError extends StoreError {
  override readonly code = 'SKEIN_STORE_FORMAT'
}

/** Stored data failed its integrity check. The corrupt data is not returned. */
export class CorruptRecordError extends StoreError {
  override readonly code = 'SKEIN_CORRUPT'
}

/**
 * Data is sealed with a key that the memory lacks, or a record must be sealed and the memory has no key for it.
 * Nothing was changed.
 */
export class MissingKeyError extends SkeinError {
  readonly code = 'SKEIN_KEY_MISSING'
  /** The id of the key. */
  readonly keyId: string
  /** Whether the key ring has a key with this id, but not the one that sealed the data. */
  readonly isOther: boolean

  /** @param from - Of a write: the lowest level that the space seals. */
  constructor(keyId: string, isOther: boolean, from?: string) {
    const which = isOther ? `a different key named "${keyId}"` : `the key "${keyId}", which is not given`
    super(
      from === undefined
        ? `This is sealed with ${which}. Add that key to \`encryption.keys\` when opening the memory.`
        : `This space seals data from "${from}" on, with ${isOther ? which : `the key "${keyId}"`}. Open the memory with ` +
            `that key in \`encryption.keys\`, and with \`encryption.from\` no higher.`,
    )
    this.keyId = keyId
    this.isOther = isOther
  }
}

/** The connection was lost during a write, which may or may not have been committed. */
export class OutcomeUnknownError extends StoreError {
  override readonly code = 'SKEIN_OUTCOME_UNKNOWN'
}

function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value)
  return typeof value === 'object' && value !== null ? Object.prototype.toString.call(value) : String(value)
}
