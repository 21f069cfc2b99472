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

/** The key and level with which the space was last sealed, as stored in the space. */
interface SealedState {
  /** The key's mark, see `KeyRing.mark`. */
  readonly current: string
  readonly from: Level
  /**
   * The lowest level of which everything is sealed in the present form. Absent until a first run has ended; then kept,
   * also while the key is changed.
   */
  readonly whole?: Level
}

const stateKey = { collection: 'settings', id: 'sealed' } as const

/** The key that seals a space, and the lowest level that it seals. */
export interface SealingInForce {
  readonly keyId: string
  readonly from: Level
  /** The lowest level of which nothing may be plain, or of a form that binds no label; absent while there may be such. */
  readonly whole?: Level | undefined
}

/** Reads how a space is sealed; `undefined` if it has never been sealed. @throws StoreError */
export async function sealingInForce(store: Pick<Store, 'read'>): Promise<SealingInForce | undefined> {
  const state = await readState(store)
  return state && { keyId: keyIdOf(state.current), from: state.from, whole: state.whole }
}

async function readState(store: Pick<Store, 'read'>): Promise<SealedState | undefined> {
  const [record] = await store.read([stateKey])
  return record && (decodeJson(record.value) as SealedState)
}

/** Keeps a space sealed as its key ring requires. */
export class Sealer implements AsyncDisposable {
  readonly #store: Store
  readonly #vault: ObjectVault
  readonly #ring: KeyRing
  readonly #onError: (error: unknown) => void
  readonly #stopping = new AbortController()
  #running: Promise<ResealReport> | undefined

  /**
   * @param store - The underlying store with sealed values, not one wrapped by `gateSeals`.
   * @param onError - Called with errors of background resealing.
   */
  constructor(store: Store, vault: ObjectVault, ring: KeyRing, onError: (error: unknown) => void) {
    this.#store = store
    this.#vault = vault
    this.#ring = ring
    this.#onError = onError
  }

  /** Starts resealing in the background, unless the space was last sealed with the same key and at least the same levels. */
  async start(): Promise<void> {
    const state = await readState(this.#store)
    if (state) this.#ring.requireSealing(state.current, state.from)
    this.#ring.noteWhole(state?.whole)
    if (this.#ring.share.current === undefined || (state && this.#isUpToDate(state))) return
    this.run().catch((error: unknown) => {
      if (!this.#stopping.signal.aborted) this.#onError(error)
    })
  }

  /** Reseals now, or joins a run in progress. @throws OptionError without encryption; MissingKeyError */
  run(): Promise<ResealReport> {
    this.#running ??= this.#run().finally(() => (this.#running = undefined))
    return this.#running
  }

  async #run(): Promise<ResealReport> {
    const { current, from } = this.#ring.share
    if (current === undefined) throw new OptionError('encryption', 'set when the memory is opened', current)
    const report = await reseal(this.#store, this.#vault, this.#ring, this.#stopping.signal)
    const meta = { author: 'skein', tags: [], derivedFrom: [], ...publicLabel }
    const value = encodeJson({ current: this.#ring.mark, from, whole: from } satisfies SealedState)
    await this.#store.write([{ type: 'set', key: stateKey, value, meta }])
    this.#ring.noteWhole(from)
    return report
  }

  #isUpToDate({ current, from }: SealedState): boolean {
    return current === this.#ring.mark && levelIndex(from) <= levelIndex(this.#ring.share.from)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort(new MemoryClosedError())
    // The caller of `run`, or `onError`, has already received any error.
    await this.#running?.catch(() => {})
  }
}
