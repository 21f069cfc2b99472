import { randomUUID } from 'node:crypto'
import type { MessagePort } from 'node:worker_threads'

import { AuditLog } from './audit/audit-log.ts'
import { ReadAuditBuffer } from './audit/read-audit-buffer.ts'
import { counterBuffer, Counters, sumCounters } from './cache/counters.ts'
import type { MemoryStats } from './cache/counters.ts'
import { EpochTable } from './cache/epoch-table.ts'
import { FeedListener } from './cache/feed-listener.ts'
import { eraseTold } from './forgetting/erase-told.ts'
import type { FederationReport } from './federation/federation-report.ts'
import type { CarryOutTold } from './federation/erasure-exchange.ts'
import { Federation } from './federation/federation.ts'
import type { Memory, MemoryShare } from './memory.ts'
import { ObjectArena } from './objects/object-arena.ts'
import { HostShelf } from './objects/object-shelf.ts'
import { sharedObjectBuffers, SharedObjects } from './objects/shared-objects.ts'
import { resolveOptions } from './options.ts'
import type { MemoryOptions, ResolvedOptions } from './options.ts'
import { KeyRing } from './sealing/key-ring.ts'
import { ObjectVault } from './sealing/object-vault.ts'
import type { ResealReport } from './sealing/reseal.ts'
import { Sealer } from './sealing/sealer.ts'
import { KnownSealing } from './sealing/sealing-state.ts'
import type { RetentionReport } from './retention/retention-sweeper.ts'
import { StoreLeaseKeeper } from './space/lease-keeper.ts'
import type { ReadScope } from './space/read-scope.ts'
import { spaceParts } from './space/space-parts.ts'
import { StoreLink } from './space/store-link.ts'
import type { MemoryEvents } from './space/store-link.ts'
import type { StoredSpace } from './space/space.ts'
import type { Store, StoreTraits } from './store/store.ts'
import { gateStore } from './store-gates.ts'
import { Upkeep } from './upkeep.ts'
import { shareOf } from './memory-share.ts'
import { ThreadHost } from './thread-host.ts'
import type { ThreadPasses } from './threads/thread-passes.ts'
import { memoryFigures } from './cache/memory-figures.ts'
import { Tracing } from './tracing/tracing.ts'
import type { Principal } from './values/access.ts'
import type { Unsubscribe } from './values/emitter.ts'
import { MemoryClosedError, OptionError } from './values/errors.ts'
import { isOutage } from './values/outlast.ts'
import { warn } from './values/warn.ts'
import { Vectors, vectorsReady } from './vectors/vectors.ts'
import type { VectorReport } from './vectors/vectors.ts'
import { viewedSpace } from './past-space.ts'
import type { ViewOptions } from './past-space.ts'
import { View } from './view.ts'
import type { LedgerReport } from './work/ledger-table.ts'
import { Ledger } from './work/ledger.ts'

/**
 * Opens a space of a store as a shared memory.
 *
 * @throws OptionError when an option is invalid; StoreFormatError, StoreError when the store can't be opened or read.
 *
 * @example
 * ```ts
 * import { mapStore, openMemory } from '@skein/memory'
 *
 * const memory = await openMemory({ store: mapStore(), space: 'acme', architecture: 'hybrid' })
 * const ann = memory.as({ id: 'ann', role: 'research', clearance: { level: 'internal' } })
 * await ann.facts.set('prospect/42', { name: 'Acme' }, { tags: ['crm'] })
 * await ann.facts.get('prospect/42') // => { name: 'Acme' }
 * ann.facts.peek('prospect/42') // => { name: 'Acme' }
 * await memory.close()
 * ```
 */
export async function openMemory(options: MemoryOptions): Promise<Memory> {
  const resolved = resolveOptions(options)
  const store = await resolved.store.open(resolved.space, 'writer')
  const memory = new OpenedMemory(resolved, store)
  try {
    await memory.start()
    return memory
  } catch (error) {
    await memory.close()
    throw error
  }
}

/** The memory in the thread that opened it. It owns the store, the feed listener, the leases and the object arena. */
class OpenedMemory implements Memory {
  readonly space: string
  readonly traits: StoreTraits
  readonly tracing: Tracing
  readonly #options: ResolvedOptions
  readonly #store: Store
  readonly #ring: KeyRing
  readonly #sealer: Sealer
  readonly #epochs = new EpochTable()
  readonly #counters = counterBuffer()
  readonly #link: StoreLink
  readonly #listener: FeedListener
  readonly #ledger: Ledger
  readonly #audit: AuditLog
  readonly #readAudit: ReadAuditBuffer | undefined
  readonly #leases: StoreLeaseKeeper
  readonly #arena: ObjectArena
  readonly #shelf: HostShelf
  readonly #space: StoredSpace
  readonly #upkeep: Upkeep
  readonly #threads: ThreadHost
  readonly #federation: Federation | undefined
  readonly #vectors: Vectors | undefined
  #closing: Promise<void> | undefined

  constructor(options: ResolvedOptions, opened: Store) {
    this.#options = options
    this.traits = opened.traits
    const ring = new KeyRing(options.encryption, options.space)
    this.#ring = ring
    this.space = options.space
    this.tracing = new Tracing(options.space, options.telemetry, memoryFigures(this.stats.bind(this)))
    const sealing = new KnownSealing(opened, ring)
    const vault = new ObjectVault(opened.objects, ring, sealing)
    const { whole, store, holds } = gateStore(opened, { ring, sealing, epochs: this.#epochs, options })
    this.#store = store
    const onError = (error: unknown): void => this.#onBackgroundError(error)
    this.#sealer = new Sealer({ store: opened, vault, ring, sealing, sealsSpace: options.sealsSpace, onError })
    const owner = `${process.pid}-${randomUUID().slice(0, 8)}`
    this.#link = new StoreLink(options.space)
    this.#listener = new FeedListener(opened, this.#epochs, {
      heartbeatMs: options.heartbeatMs,
      servesStale: options.onDisconnect === 'serve-stale',
      onDisconnect: (error) => this.#link.lost(error),
      onReconnect: () => this.#link.restored(),
      onLoss: () => {
        this.#leases.renewAll()
        this.#link.dataLost()
        // What said that the space is sealed may be lost, too.
        this.#sealer.start().catch(onError)
      },
    })
    this.#ledger = new Ledger(this.#store, owner, onError)
    this.#audit = new AuditLog(this.#store, owner, options.auditKeepMs, onError)
    this.#readAudit = options.auditKeepMs > 0 ? new ReadAuditBuffer((groups) => this.#audit.append(groups)) : undefined
    this.#leases = new StoreLeaseKeeper(this.#store, onError)
    this.#arena = new ObjectArena(sharedObjectBuffers(options.sharedObjectBytes))
    this.#shelf = new HostShelf(vault, this.#arena, new SharedObjects(this.#arena.buffers, 0))
    const { federation, search, space, heartbeatMs: pollMs } = options
    this.#vectors = search && new Vectors(search, { store: this.#store, leases: this.#leases, pollMs, onError })
    this.#space = {
      ...spaceParts(whole, this.#store, this.#epochs, new Counters(this.#counters, 0), options),
      owner,
      shelf: this.#shelf,
      leases: this.#leases,
      readAudit: this.#readAudit,
      meaning: this.#vectors,
      tracing: this.tracing,
      note: (entry) => this.#ledger.note(entry),
      ledger: (audience) => this.#ledger.report(audience),
      noteOutage: (error) => {
        this.#space.assertOpen()
        this.#listener.suspect(error)
      },
      auditSettled: async () => {
        this.#readAudit?.flush()
        await this.#audit.settled()
      },
      assertOpen: () => {
        if (this.#closing) throw new MemoryClosedError()
      },
    }
    this.#threads = new ThreadHost({
      // Each thread hides by itself what is being erased.
      store: whole,
      ledger: this.#ledger,
      audit: this.#audit,
      leases: this.#leases,
      shelf: this.#shelf,
      arena: this.#arena,
      meaning: this.#vectors,
      noteOutage: (error) => this.#listener.suspect(error),
      share: () => this.#share(),
    })
    // Closing waits for it, as for the rest of the exchange.
    const carryOut: CarryOutTold = (told, from) =>
      eraseTold({ ...this.#space, store: whole, assertOpen: () => {} }, store, told, from)
    const exchanging = { store, vault, ring, space, owner, heartbeatMs: pollMs, carryOut }
    this.#federation = federation && new Federation(federation, exchanging)
    this.#upkeep = new Upkeep({
      space: this.#space,
      ledger: this.#ledger,
      retention: options.retention,
      holds,
      completesErasures: options.sealsSpace,
      onError,
    })
  }

  async start(): Promise<void> {
    await this.#listener.start()
    await this.#sealer.start()
    await this.#upkeep.start()
    await this.#federation?.start()
    await this.#vectors?.start()
  }

  get vectors(): VectorReport | undefined {
    return this.#vectors?.report
  }

  async vectorsReady(signal?: AbortSignal): Promise<void> {
    this.#space.assertOpen()
    await vectorsReady(this.#vectors, signal)
  }

  get retention(): RetentionReport {
    return this.#upkeep.retention
  }

  sweep(): Promise<RetentionReport> {
    this.#space.assertOpen()
    return this.#upkeep.sweep()
  }

  get federation(): FederationReport | undefined {
    return this.#federation?.report
  }

  async exchange(): Promise<void> {
    this.#space.assertOpen()
    const { architecture } = this.#options
    if (!this.#federation) throw new OptionError('architecture', "'federated' for exchange()", architecture)
    await this.#federation.exchange()
  }

  reseal(): Promise<ResealReport> {
    this.#space.assertOpen()
    return this.#sealer.run()
  }

  as(principal: Principal, options?: ReadScope | ViewOptions): View {
    this.#space.assertOpen()
    const { space, scope } = viewedSpace(this.#space, options)
    return new View(space, principal, scope)
  }

  on<Name extends keyof MemoryEvents>(name: Name, listener: (event: MemoryEvents[Name]) => void): Unsubscribe {
    return this.#link.on(name, listener)
  }

  stats(): MemoryStats {
    return sumCounters(this.#counters)
  }

  async ledger(): Promise<LedgerReport> {
    this.#space.assertOpen()
    return this.#ledger.report()
  }

  #share(): MemoryShare {
    return shareOf(this.#options, {
      traits: this.traits,
      epochs: this.#epochs.buffer,
      counters: this.#counters,
      auditsReads: this.#readAudit !== undefined,
      sealsFrom: this.#ring.sealsFrom,
      meaning: this.#vectors && { by: this.#vectors.by, hasFacts: this.#vectors.hasFacts },
      objects: this.#arena.buffers,
    })
  }

  connect(port: MessagePort, passes?: ThreadPasses): void {
    this.#space.assertOpen()
    this.#threads.connect(port, passes)
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close())
  }

  async #close(): Promise<void> {
    await this.tracing.close()
    await this.#upkeep[Symbol.asyncDispose]()
    await this.#federation?.[Symbol.asyncDispose]()
    await this.#vectors?.[Symbol.asyncDispose]()
    await this.#sealer[Symbol.asyncDispose]()
    this.#threads[Symbol.dispose]()
    this.#leases[Symbol.dispose]()
    await this.#ledger[Symbol.asyncDispose]()
    this.#readAudit?.flush()
    await this.#audit[Symbol.asyncDispose]()
    await this.#listener[Symbol.asyncDispose]()
    this.#epochs.invalidateAll()
    await this.#store[Symbol.asyncDispose]()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** An outage is told of once, whatever met it. */
  #onBackgroundError(error: unknown): void {
    if (isOutage(error)) this.#listener.suspect(error)
    else if (!this.#closing || !(error instanceof MemoryClosedError)) warn(error)
  }
}
