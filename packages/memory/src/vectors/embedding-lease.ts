import { hasEnded, ownProcess } from '../space/process-identity.ts'
import type { HeldLease, LeaseKeeper } from '../space/lease-keeper.ts'
import type { Guard, SetMutation } from '../store/mutation.ts'
import type { Store } from '../store/store.ts'
import { publicLabel } from '../values/access.ts'
import { decodeJson, encodeJson } from '../values/json.ts'

const key = { collection: 'settings', id: 'vectors-lease' } as const
const leaseMs = 30_000

/**
 * The lease of the process that makes the vectors of a space, so that each text is embedded once. The vectors are
 * written under it, so that one who lost it writes none.
 */
export class EmbeddingLease {
  readonly #store: Store
  readonly #leases: LeaseKeeper
  #held: (HeldLease & { readonly version: number }) | undefined

  constructor(store: Store, leases: LeaseKeeper) {
    this.#store = store
    this.#leases = leases
  }

  /** What guards a write; `undefined` while another process has the lease. A dead process has none. @throws StoreError */
  async take(): Promise<Guard | undefined> {
    if (this.#held && !this.#held.signal.aborted) return { key, version: this.#held.version }
    this.#held = undefined
    const [other] = await this.#store.read([key])
    const holder = other && (decodeJson(other.value) as { readonly process?: unknown }).process
    if (other && !hasEnded(holder)) return undefined
    const commit = await this.#store.write([lease(other?.version ?? 0)])
    return commit.ok ? this.#hold(commit.written[0]?.version ?? 0) : undefined
  }

  /** A write was refused because another process has the lease. */
  lose(): void {
    this.#held?.stop()
    this.#held = undefined
  }

  /** Gives the lease back, for others to take at once. @throws StoreError */
  async release(): Promise<void> {
    const held = this.#held
    this.#held = undefined
    held?.stop()
    if (held && !held.signal.aborted) {
      await this.#store.write([{ type: 'delete', key, author: 'skein', ifVersion: held.version }])
    }
  }

  #hold(version: number): Guard {
    this.#held = { ...this.#leases.hold(key, version, leaseMs), version }
    return { key, version }
  }
}

function lease(ifVersion: number): SetMutation {
  const meta = { author: 'skein', tags: [], derivedFrom: [], ...publicLabel }
  const value = encodeJson({ process: ownProcess() ?? null })
  return { type: 'set', key, value, meta, ifVersion, ttlMs: leaseMs, fleeting: true }
}
