import { randomUUID } from 'node:crypto'
import { threadId } from 'node:worker_threads'
import type { MessagePort } from 'node:worker_threads'

import { ReadAuditBuffer } from './audit/read-audit-buffer.ts'
import { Counters, sumCounters } from './cache/counters.ts'
import type { MemoryStats } from './cache/counters.ts'
import { EpochTable } from './cache/epoch-table.ts'
import { heedReads } from './cache/heed-reads.ts'
import { hideForgotten } from './forgetting/hide-forgotten.ts'
import { keepHeld } from './forgetting/keep-held.ts'
import { KnownHolds } from './forgetting/known-holds.ts'
import type { JoinedMemory, MemoryShare } from './memory.ts'
import { ThreadShelf } from './objects/object-shelf.ts'
import { SharedObjects } from './objects/shared-objects.ts'
import type { HeldLease, LeaseKeeper } from './space/lease-keeper.ts'
import type { ReadScope } from './space/read-scope.ts'
import { spaceParts } from './space/space-parts.ts'
import type { StoredSpace } from './space/space.ts'
import type { RecordKey } from './store/record.ts'
import type { StoreDriver } from './store/store-driver.ts'
import type { Store, StoreTraits } from './store/store.ts'
import { loadFromDescriptor } from './store/worker-module.ts'
import { LinkClient } from './threads/link-client.ts'
import { linkedStore } from './threads/linked-store.ts'
import { openThere } from './threads/open-there.ts'
import type { Principal } from './values/access.ts'
import { toEnvelope } from './values/pack-error.ts'
import { AccessError, MemoryClosedError } from './values/errors.ts'
import { viewedSpace } from './past-space.ts'
import type { ViewOptions } from './past-space.ts'
import { View } from './view.ts'
import type { LedgerReport } from './work/ledger-table.ts'

/**
 * Joins a memory that another thread of this process opened. Reads go directly to
 * the store and to shared memory, if the store allows that. Writes go through the
 * opening thread.
 *
 * @param port - One end of a `MessageChannel` whose other end was passed to `connect()` there.
 * @throws OptionError when too many threads have joined, or the store's module can't recreate its driver; StoreError
 */
export async function joinMemory(port: MessagePort): Promise<JoinedMemory> {
  const client = new LinkClient(port)
  const { thread, isGuarded, share } = await client.call<Welcome>('join')
  const driver = share.descriptor && (await loadFromDescriptor<StoreDriver>(share.descriptor))
  const reader = await driver?.open(share.space, 'reader')
  const epochs = new EpochTable(share.epochs)
  const opened = reader && openThere(heedReads(reader, epochs), client, share.sealsFrom)
  return new Joined(share, client, linkedStore(client, opened, share.traits), { epochs, thread, isGuarded })
}

/** What a thread gets when it joins. */
export interface Welcome {
  /** Its row of counters. */
  readonly thread: number
  /** Whether it needs passes. */
  readonly isGuarded: boolean
  readonly share: MemoryShare
}

/** What a thread has of a memory besides the store. */
interface ThreadParts extends Pick<Welcome, 'thread' | 'isGuarded'> {
  readonly epochs: EpochTable
}

class Joined implements JoinedMemory {
  readonly space: string
  readonly traits: StoreTraits
  readonly #share: MemoryShare
  readonly #leases: LinkedLeaseKeeper
  readonly #client: LinkClient
  readonly #isGuarded: boolean
  /** Principals for whom the thread has shown a pass. */
  readonly #entered = new Set<string>()
  readonly #space: StoredSpace
  readonly #readAudit: ReadAuditBuffer | undefined
  #closing: Promise<void> | undefined

  constructor(share: MemoryShare, client: LinkClient, store: Store, { epochs, thread, isGuarded }: ThreadParts) {
    this.space = share.space
    this.#share = share
    this.#isGuarded = isGuarded
    this.#client = client
    this.traits = share.traits
    const counters = new Counters(share.counters, thread)
    this.#leases = new LinkedLeaseKeeper(client)
    this.#readAudit = share.auditsReads ? new ReadAuditBuffer((groups) => client.notify('audited', groups)) : undefined
    this.#space = {
      ...spaceParts(
        store,
        keepHeld(hideForgotten(store, epochs), new KnownHolds(store, epochs)),
        epochs,
        counters,
        share,
      ),
      owner: `${process.pid}-${threadId}-${randomUUID().slice(0, 8)}`,
      shelf: new ThreadShelf(new SharedObjects(share.objects, thread), client),
      leases: this.#leases,
      readAudit: this.#readAudit,
      tracing: undefined,
      meaning: share.meaning && { ...share.meaning, find: (query) => client.call('meaning', query) },
      note: (entry) => client.notify('noted', entry),
      ledger: (audience) => client.call('ledger', audience),
      noteOutage: (error) => {
        this.#space.assertOpen()
        client.notify('outage', toEnvelope(error))
      },
      auditSettled: () => {
        this.#readAudit?.flush()
        return client.call('auditSettled')
      },
      assertOpen: () => {
        if (this.#closing) throw new MemoryClosedError()
      },
    }
  }

  as(principal: Principal, options?: ReadScope | ViewOptions): View {
    this.#space.assertOpen()
    if (this.#isGuarded) throw new AccessError(principal.id, 'a pass for this thread')
    const { space, scope } = viewedSpace(this.#space, options)
    return new View(space, principal, scope)
  }

  enter(pass: string, principal: Principal, scope?: ReadScope): View {
    this.#space.assertOpen()
    // Once for each principal: the opening thread remembers it. Calls over a port keep their order.
    const { id, role, clearance, rights } = principal
    const name = JSON.stringify([id, role, clearance?.level, clearance?.compartments, rights])
    if (!this.#entered.has(name)) {
      // Refused, whatever else the thread asks for is refused too.
      this.#client.call('enter', pass).then(
        () => this.#entered.add(name),
        () => {},
      )
    }
    return new View(this.#space, principal, scope)
  }

  stats(): MemoryStats {
    return sumCounters(this.#share.counters)
  }

  ledger(): Promise<LedgerReport> {
    return this.#client.call('ledger')
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#leases[Symbol.dispose]()
    this.#readAudit?.flush()
    await this.#space.store[Symbol.asyncDispose]()
    this.#client.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

/** Lets the opening thread renew this thread's leases, so that they survive even while this thread's event loop is blocked. */
class LinkedLeaseKeeper implements LeaseKeeper, Disposable {
  readonly #client: LinkClient
  readonly #close = new AbortController()
  readonly #held = new Map<string, AbortController>()

  constructor(client: LinkClient) {
    this.#client = client
    client.onPush('lost', (lease: string) => {
      this.#held.get(lease)?.abort(new DOMException('The lease was lost.', 'AbortError'))
    })
  }

  get closed(): AbortSignal {
    return this.#close.signal
  }

  hold(key: RecordKey, version: number, leaseMs: number): HeldLease {
    const lease = randomUUID()
    const lost = new AbortController()
    this.#held.set(lease, lost)
    this.#client.notify('hold', lease, key, version, leaseMs)
    const stop = (): void => {
      this.#held.delete(lease)
      this.#client.notify('drop', lease)
    }
    return { signal: lost.signal, stop }
  }

  [Symbol.dispose](): void {
    this.#close.abort(new MemoryClosedError())
  }
}
