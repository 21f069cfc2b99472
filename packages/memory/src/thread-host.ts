import type { MessagePort } from 'node:worker_threads'

import type { AuditLog } from './audit/audit-log.ts'
import type { NotedGroup } from './audit/noted-reads.ts'
import { maxThreads } from './cache/counters.ts'
import type { ObjectArena } from './objects/object-arena.ts'
import type { HostShelf } from './objects/object-shelf.ts'
import type { HeldLease, LeaseKeeper } from './space/lease-keeper.ts'
import type { MeaningQuery, MeaningSearch } from './space/meaning-search.ts'
import type { RecordKey } from './store/record.ts'
import type { Store } from './store/store.ts'
import type { Welcome } from './join-memory.ts'
import type { MemoryShare } from './memory.ts'
import { storeHandlers } from './threads/linked-store.ts'
import { serveLink } from './threads/serve-link.ts'
import type { ServedLink } from './threads/serve-link.ts'
import { ThreadGuard } from './threads/thread-passes.ts'
import type { ThreadPasses } from './threads/thread-passes.ts'
import { fromEnvelope } from './values/error-envelope.ts'
import type { Audience } from './values/access.ts'
import type { ErrorEnvelope } from './values/pack-error.ts'
import { OptionError } from './values/errors.ts'
import type { Ledger } from './work/ledger.ts'
import type { LedgerEntry } from './work/ledger-entry.ts'

/** The parts of the opening thread's memory that other threads use. */
interface HostParts {
  readonly store: Store
  readonly ledger: Ledger
  readonly audit: AuditLog
  readonly leases: LeaseKeeper
  readonly shelf: HostShelf
  readonly arena: ObjectArena
  readonly meaning: MeaningSearch | undefined
  readonly noteOutage: (error: unknown) => void
  readonly share: () => MemoryShare
}

/** Serves the other threads of the process, each over its own port, until the port closes. */
export class ThreadHost implements Disposable {
  readonly #parts: HostParts
  readonly #threads = new Map<number, ServedLink>()

  constructor(parts: HostParts) {
    this.#parts = parts
  }

  /** Serves one more thread: for anybody, unless it needs passes. @throws OptionError when 63 other threads are connected. */
  connect(port: MessagePort, passes?: ThreadPasses): void {
    const { store, ledger, audit, leases, shelf, arena, meaning, noteOutage, share } = this.#parts
    const thread = Array.from({ length: maxThreads }, (_, row) => row).find((row) => row > 0 && !this.#threads.has(row))
    if (thread === undefined) {
      throw new OptionError('threads', `at most ${maxThreads} threads on one memory`, maxThreads + 1)
    }
    const served = shelf.serve()
    const held = new Map<string, HeldLease>()
    const guard = passes && new ThreadGuard(passes)
    const link = serveLink(port, {
      ...(guard ? guard.guard(store) : storeHandlers(store)),
      ...served.handlers,
      join: (): Welcome => ({ thread, isGuarded: guard !== undefined, share: share() }),
      enter: (pass: string) => guard?.enter(pass),
      ledger: (audience?: Audience) => ledger.report(guard?.within(audience) ?? audience),
      meaning: (query: MeaningQuery) =>
        meaning?.find({ ...query, audience: guard?.within(query.audience) ?? query.audience }),
      noted: (entry: LedgerEntry) => {
        guard?.requireKnown(entry.agent)
        ledger.note(entry)
      },
      audited: (groups: readonly NotedGroup[]) => {
        for (const { agent } of groups) guard?.requireKnown(agent)
        audit.append(groups)
      },
      auditSettled: () => audit.settled(),
      outage: (error: ErrorEnvelope) => noteOutage(fromEnvelope(error)),
      hold: (lease: string, key: RecordKey, version: number, leaseMs: number) => {
        const own = leases.hold(key, version, leaseMs)
        own.signal.addEventListener('abort', () => link.push('lost', lease))
        held.set(lease, own)
      },
      drop: (lease: string) => {
        held.get(lease)?.stop()
        held.delete(lease)
      },
    })
    this.#threads.set(thread, link)
    port.on('close', () => {
      for (const lease of held.values()) lease.stop()
      served.release()
      arena.unpinThread(thread)
      this.#threads.delete(thread)
    })
  }

  [Symbol.dispose](): void {
    for (const link of this.#threads.values()) link.close()
  }
}
