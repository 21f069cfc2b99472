import { OptionError } from './values/errors.ts'
import { resolveFederation } from './federation/federation-options.ts'
import type { FederationOptions, ResolvedFederation } from './federation/federation-options.ts'
import { resolveHistory } from './history/history-options.ts'
import type { HistoryOptions, HistoryRules } from './history/history-options.ts'
import { resolveEncryption } from './sealing/encryption-options.ts'
import type { EncryptionOptions, KeyRingShare } from './sealing/encryption-options.ts'
import { requireRetention } from './retention/retention-rules.ts'
import type { RetentionRule } from './retention/retention-rules.ts'
import { resolveMeaning } from './vectors/embedder.ts'
import type { MeaningOptions, ResolvedMeaning } from './vectors/embedder.ts'
import { requireDuration, requireInteger, requireLifetime } from './values/require-option.ts'
import type { Schemas } from './store/schema-gate.ts'
import type { StoreDriver } from './store/store-driver.ts'
import type { Telemetry } from './tracing/telemetry-port.ts'
import { requireOptions } from './values/require-options.ts'
import type { OptionKinds } from './values/require-options.ts'

/**
 * Where reads are served from.
 *
 * - `centralized`: every read goes to the store.
 * - `hybrid`: reads of facts are served from a local cache. A change in any process
 *   invalidates the cached entry.
 * - `federated`: like `hybrid` on the node's own store, which replicates sufficiently
 *   important records with the stores of other nodes.
 */
export type Architecture = 'centralized' | 'hybrid' | 'federated'

/** Options of {@link openMemory}. */
export interface MemoryOptions {
  /** The store that holds the records. */
  readonly store: StoreDriver

  /**
   * The name of the shared memory. Spaces with different names are separate.
   *
   * @defaultValue 'default'
   */
  readonly space?: string

  /** @defaultValue 'hybrid' */
  readonly architecture?: Architecture

  /**
   * Time to live of cached entries, in milliseconds. It bounds staleness if all
   * other mechanisms fail.
   *
   * @defaultValue 300_000
   */
  readonly ttlMs?: number

  /**
   * Maximum number of cached entries per thread and collection. When the cache is full,
   * entries not used recently are evicted.
   *
   * @defaultValue 10_000
   */
  readonly maxEntries?: number

  /**
   * Approximate maximum size of the cached entries per thread and collection, in bytes.
   * A record that would take more than an eighth of it is not cached.
   *
   * @defaultValue 67_108_864
   */
  readonly maxCacheBytes?: number

  /**
   * Size of the shared memory in which threads read objects without copying, in bytes.
   * The address space is reserved at once, memory is taken as objects arrive.
   * 0 disables it, so that every read of an object copies it from the store.
   *
   * @defaultValue 268_435_456
   */
  readonly sharedObjectBytes?: number

  /**
   * Interval for polling the store's feed, in milliseconds, 10 or more. Polling finds changes by other processes
   * whose notification was lost. Give all processes the same value: large erasures and holds wait one interval before
   * they are complete.
   *
   * @defaultValue 1_000
   */
  readonly heartbeatMs?: number

  /**
   * How to read while the process is disconnected from other processes' changes.
   *
   * - `read-through`: every read goes to the store.
   * - `serve-stale`: cached entries are served until their time to live ends. Facts
   *   from `read()` then have `mayBeStale` set.
   *
   * @defaultValue 'read-through'
   */
  readonly onDisconnect?: 'read-through' | 'serve-stale'

  /**
   * Retention of audit records about reads and refused access, in milliseconds. 0
   * disables them. The feed records writes in any case.
   *
   * @defaultValue 2_592_000_000, 30 days
   */
  readonly auditKeepMs?: number

  /**
   * How long records are kept, by kind, tag and level. Older ones are removed within a minute, with their content.
   *
   * @defaultValue none: everything is kept
   */
  readonly retention?: readonly RetentionRule[]

  /**
   * How many past versions of facts and escalations to keep, and for how long after they were replaced or deleted. 0
   * turns history off.
   *
   * @defaultValue { versions: 20, keepMs: 2_592_000_000 }
   */
  readonly history?: HistoryOptions | 0

  /**
   * Encrypts sensitive data before it reaches the store. After a change of the current
   * key, or to a lower `from`, the memory reseals existing data in the background.
   *
   * @defaultValue none: all data is stored unencrypted
   */
  readonly encryption?: EncryptionOptions | undefined

  /**
   * Whether opening the memory also seals plain records of the space. Turn it off in programs that only read. Their
   * own writes are still sealed.
   *
   * @defaultValue true
   */
  readonly sealsSpace?: boolean

  /**
   * Schemas for values, by prefix of `collection/id`, such as `facts/prospect/`. Any
   * Standard Schema works (Zod, Valibot, ArkType …).
   *
   * @defaultValue none: any JSON data is accepted
   */
  readonly schemas?: Schemas

  /**
   * Which nodes to replicate with, and what. Required for the architecture `federated`,
   * and not allowed otherwise.
   *
   * @defaultValue none
   */
  readonly federation?: FederationOptions

  /**
   * Finds observations by their meaning, too, with an embedder: any model that turns texts into vectors.
   *
   * @defaultValue none: they are found by their words
   */
  readonly search?: MeaningOptions

  /**
   * Receives spans and metrics of the memory, and of the flocks and servers that use it: `openTelemetry()` of
   * `@skein/memory/telemetry`.
   *
   * @defaultValue none: nothing is traced
   */
  readonly telemetry?: Telemetry
}

/** Options that are given in another form than the resolved one. */
type Resolved = 'encryption' | 'federation' | 'history' | 'search' | 'telemetry'

/** Validated options with all defaults filled in. */
export type ResolvedOptions = Required<Omit<MemoryOptions, Resolved>> & {
  readonly encryption: KeyRingShare
  readonly federation: ResolvedFederation | undefined
  readonly history: HistoryRules
  readonly search: ResolvedMeaning | undefined
  readonly telemetry: Telemetry | undefined
}

const architectures: ReadonlySet<Architecture> = new Set(['centralized', 'hybrid', 'federated'])

const defaults = {
  space: 'default',
  architecture: 'hybrid',
  ttlMs: 300_000,
  maxEntries: 10_000,
  maxCacheBytes: 64 * 1024 * 1024,
  sharedObjectBytes: 256 * 1024 * 1024,
  heartbeatMs: 1_000,
  onDisconnect: 'read-through',
  auditKeepMs: 30 * 24 * 60 * 60 * 1_000,
  retention: [],
  sealsSpace: true,
  schemas: {},
} satisfies Omit<ResolvedOptions, 'store' | Resolved>

const kinds: OptionKinds<MemoryOptions> = {
  store: 'any',
  space: 'any',
  architecture: 'any',
  ttlMs: 'any',
  maxEntries: 'any',
  maxCacheBytes: 'any',
  sharedObjectBytes: 'any',
  heartbeatMs: 'any',
  onDisconnect: 'any',
  auditKeepMs: 'any',
  retention: 'any',
  history: 'any',
  encryption: 'any',
  sealsSpace: 'boolean',
  schemas: 'object',
  federation: 'any',
  search: 'any',
  telemetry: 'any',
}

/** @throws {@link OptionError} when a value is out of range. */
export function resolveOptions(given: MemoryOptions): ResolvedOptions {
  const options = requireOptions('openMemory', given, kinds)
  const encryption = resolveEncryption(options.encryption)
  const federation = resolveFederation(options.federation, options.architecture === 'federated')
  const search = resolveMeaning(options.search)
  const { telemetry } = options
  if (telemetry !== undefined && typeof telemetry?.begin !== 'function') {
    throw new OptionError('telemetry', 'openTelemetry() of @skein/memory/telemetry', telemetry)
  }
  const history = resolveHistory(options.history)
  const resolved: ResolvedOptions = { ...defaults, ...options, encryption, federation, history, search, telemetry }
  if (typeof resolved.store?.open !== 'function') {
    throw new OptionError('store', 'a store driver, such as mapStore() or sqliteStore(path)', resolved.store)
  }
  if (typeof resolved.space !== 'string' || !/^[\w.:@/-]{1,200}$/.test(resolved.space)) {
    throw new OptionError('space', 'a string of 1 to 200 letters, digits or any of _ . : @ / -', resolved.space)
  }
  if (!architectures.has(resolved.architecture)) {
    throw new OptionError('architecture', "'centralized', 'hybrid' or 'federated'", resolved.architecture)
  }
  if (resolved.onDisconnect !== 'read-through' && resolved.onDisconnect !== 'serve-stale') {
    throw new OptionError('onDisconnect', "'read-through' or 'serve-stale'", resolved.onDisconnect)
  }
  requireLifetime('ttlMs', resolved.ttlMs)
  requireInteger('maxEntries', resolved.maxEntries, 1)
  requireInteger('maxCacheBytes', resolved.maxCacheBytes, 1)
  requireDuration('heartbeatMs', resolved.heartbeatMs, 10)
  requireLifetime('auditKeepMs', resolved.auditKeepMs, 0)
  requireRetention(resolved.retention)
  requireInteger('sharedObjectBytes', resolved.sharedObjectBytes, 0, 2 ** 31)
  return resolved
}
