import { publicLabel, levelIndex } from '../values/access.ts'
import type { Level } from '../values/access.ts'
import { MemoryClosedError, OptionError } from '../values/errors.ts'
import { decodeJson, encodeJson } from '../values/json.ts'
import { keyIdOf } from './key-ring.ts'
import type { KeyRing } from './key-ring.ts'
import type { ObjectVault } from './object-vault.ts'
import { reseal } from './reseal.ts'
import type { ResealReport } from './reseal.ts'
import type { Store } from '../store/store.ts'

/** With what everything was sealed the last time, as the space notes it. */
interface SealedState {
  /** The key's mark. */
  readonly current: string
  readonly from: Level
}

const stateKey = { collection: 'settings', id: 'sealed' } as const

/** The key with which a space is sealed, and from which level on. */
export interface SealingInForce {
  readonly keyId: string
  readonly from: Level
}

/** With what a space is sealed now; `undefined` when nothing was ever. @throws StoreError */
export async function sealingInForce(store: Pick<Store, 'read'>): Promise<SealingInForce | undefined> {
  const state = await readState(store)
  return state && { keyId: keyIdOf(state.current), from: state.from }
}

async function readState(store: Pick<Store, 'read'>): Promise<SealedState | undefined> {
  const [record] = await store.read([stateKey])
  return record && (decodeJson(record.value) as SealedState)
}

/** Sees to it that a space is sealed as the key ring demands. */
export class Sealer implements AsyncDisposable {
  readonly #store: Store
  readonly #vault: ObjectVault
  readonly #ring: KeyRing
  readonly #onError: (error: unknown) => void
  readonly #stopping = new AbortController()
  #running: Promise<ResealReport> | undefined

  /**
   * @param store - The one that holds what is sealed, not one that opens it.
   * @param onError - Told of what goes wrong in the background.
   */
  constructor(store: Store, vault: ObjectVault, ring: KeyRing, onError: (error: unknown) => void) {
    this.#store = store
    this.#vault = vault
    this.#ring = ring
    this.#onError = onError
  }

  /** Begins to seal everything anew, unless the last time was with the same key and from the same level on. */
  async start(): Promise<void> {
    const state = await readState(this.#store)
    if (state) this.#ring.demand(state.current, state.from)
    if (this.#ring.share.current === undefined || (state && this.#isUpToDate(state))) return
    this.run().catch((error: unknown) => {
      if (!this.#stopping.signal.aborted) this.#onError(error)
    })
  }

  run(): Promise<ResealReport> {
    this.#running ??= this.#run().finally(() => (this.#running = undefined))
    return this.#running
  }

  async #run(): Promise<ResealReport> {
    const { current, from } = this.#ring.share
    if (current === undefined) throw new OptionError('encryption', 'given when the memory was opened', current)
    const report = await reseal(this.#store, this.#vault, this.#ring, this.#stopping.signal)
    const meta = { author: 'skein', tags: [], derivedFrom: [], ...publicLabel }
    const value = encodeJson({ current: this.#ring.mark, from } satisfies SealedState)
    await this.#store.write([{ type: 'set', key: stateKey, value, meta }])
    return report
  }

  #isUpToDate({ current, from }: SealedState): boolean {
    return current === this.#ring.mark && levelIndex(from) <= levelIndex(this.#ring.share.from)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort(new MemoryClosedError())
    // Whoever asked for it, or the process by a warning, was told why it failed.
    await this.#running?.catch(() => {})
  }
}
