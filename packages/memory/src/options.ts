import { OptionError } from './values/errors.ts'
import { resolveFederation } from './federation/federation-options.ts'
import type { FederationOptions, ResolvedFederation } from './federation/federation-options.ts'
import { resolveEncryption } from './sealing/key-ring.ts'
import type { EncryptionOptions, KeyRingShare } from './sealing/key-ring.ts'
import { requireDuration, requireInteger } from './values/require-option.ts'
import type { Schemas } from './store/schema-gate.ts'
import type { StoreDriver } from './store/store-driver.ts'

/**
 * Where reads are answered.
 *
 * - `centralized`: every read goes to the store.
 * - `hybrid`: facts are read from a local copy that any change anywhere
 *   invalidates.
 * - `federated`: like `hybrid` on the node's own store, which exchanges what is
 *   important enough with those of other nodes.
 */
export type Architecture = 'centralized' | 'hybrid' | 'federated'

/** Options of {@link openMemory}. */
export interface MemoryOptions {
  /** Where records live. */
  readonly store: StoreDriver

  /**
   * The shared memory's name; memories of different names never meet.
   *
   * @defaultValue 'default'
   */
  readonly space?: string

  /** @defaultValue 'hybrid' */
  readonly architecture?: Architecture

  /**
   * How long a local copy may be served, in milliseconds. It bounds staleness
   * should every other mechanism fail.
   *
   * @defaultValue 300_000
   */
  readonly ttlMs?: number

  /**
   * Most local copies kept per thread and collection; the least recently used one leaves first.
   *
   * @defaultValue 10_000
   */
  readonly maxEntries?: number

  /**
   * Most bytes, about, that the local copies of a thread and collection take together.
   *
   * @defaultValue 67_108_864
   */
  readonly maxCacheBytes?: number

  /**
   * Size of the shared memory through which threads read each other's objects
   * without a copy, in bytes. It is reserved, not used, until objects come.
   * 0 switches it off: every read of an object is then a copy from the store.
   *
   * @defaultValue 268_435_456
   */
  readonly sharedObjectBytes?: number

  /**
   * How often the newest position of the feed is compared with the store's, in milliseconds.
   *
   * @defaultValue 1_000
   */
  readonly heartbeatMs?: number

  /**
   * What to do while other processes' changes may be missed, because the link
   * that tells of them is cut.
   *
   * - `ask-store`: every read goes to the store.
   * - `serve-copies`: copies are used until their time to live ends; facts that
   *   `read()` gives say so (`mayBeStale`).
   *
   * @defaultValue 'read-through'
   */
  readonly onDisconnect?: 'read-through' | 'serve-stale'

  /**
   * How long it is kept who read what and what was refused, in milliseconds; 0
   * if that is not to be noted at all. Who wrote what stands in the feed.
   *
   * @defaultValue 2_592_000_000, 30 days
   */
  readonly auditKeepMs?: number

  /**
   * Seals what is sensitive before it reaches the store. When the current key
   * is another one than before, everything is sealed anew in the background.
   *
   * @defaultValue none: everything is stored as it is
   */
  readonly encryption?: EncryptionOptions | undefined

  /**
   * What values must look like: any Standard Schema (zod, valibot, arktype …)
   * for each beginning of `collection/id`, such as `facts/prospect/`.
   *
   * @defaultValue none: any JSON data is taken
   */
  readonly schemas?: Schemas

  /**
   * With whom and what to exchange; for the architecture `federated`, and with that only.
   *
   * @defaultValue none
   */
  readonly federation?: FederationOptions
}

/** Options with every default filled in and every range checked. */
export type ResolvedOptions = Required<Omit<MemoryOptions, 'encryption' | 'federation'>> & {
  readonly encryption: KeyRingShare
  readonly federation: ResolvedFederation | undefined
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
  schemas: {},
} satisfies Omit<ResolvedOptions, 'store' | 'encryption' | 'federation'>

/** @throws {@link OptionError} when a value is out of range. */
export function resolveOptions(options: MemoryOptions): ResolvedOptions {
  const encryption = resolveEncryption(options.encryption)
  const federation = resolveFederation(options.federation, options.architecture === 'federated')
  const resolved: ResolvedOptions = { ...defaults, ...options, encryption, federation }
  if (typeof resolved.store?.open !== 'function') {
    throw new OptionError('store', 'a store driver, such as mapStore() or sqliteStore(path)', resolved.store)
  }
  if (typeof resolved.space !== 'string' || !/^[\w.:@/-]{1,200}$/.test(resolved.space)) {
    throw new OptionError('space', '1 to 200 letters, digits or any of _ . : @ / -', resolved.space)
  }
  if (!architectures.has(resolved.architecture)) {
    throw new OptionError('architecture', "'centralized', 'hybrid' or 'federated'", resolved.architecture)
  }
  if (resolved.onDisconnect !== 'read-through' && resolved.onDisconnect !== 'serve-stale') {
    throw new OptionError('onDisconnect', "'read-through' or 'serve-stale'", resolved.onDisconnect)
  }
  requireInteger('ttlMs', resolved.ttlMs, 1)
  requireInteger('maxEntries', resolved.maxEntries, 1)
  requireInteger('maxCacheBytes', resolved.maxCacheBytes, 1)
  requireDuration('heartbeatMs', resolved.heartbeatMs, 10)
  requireInteger('auditKeepMs', resolved.auditKeepMs, 0)
  requireInteger('sharedObjectBytes', resolved.sharedObjectBytes, 0, 2 ** 31)
  return resolved
}
