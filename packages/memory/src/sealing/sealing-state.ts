import type { CheckMutation, SetMutation } from '../store/mutation.ts'
import type { RecordKey, StoredRecord } from '../store/record.ts'
import type { Store, Unwatch } from '../store/store.ts'
import { levelIndex, publicLabel } from '../values/access.ts'
import type { Level } from '../values/access.ts'
import { MissingKeyError } from '../values/errors.ts'
import { decodeJson, encodeJson } from '../values/json.ts'
import { keyIdOf } from './key-ring.ts'
import type { KeyRing } from './key-ring.ts'

/**
 * How a space is sealed, as stored in the space, plain for everybody:
 *
 * - no record: it was never sealed, and anything may be plain.
 * - `begun`: nothing of the levels from `from` on may be written plain any longer. What lies plain, or under an older key,
 *   is being sealed.
 * - `done`: all of that is sealed with the key `current`.
 *
 * `from` never rises. Earlier versions wrote neither state nor position, and only when they were done.
 */
export interface SealedState {
  /** The key's mark, see `KeyRing.mark`. */
  readonly current: string
  readonly from: Level
  readonly state?: 'begun' | 'done'
  /**
   * The lowest level of which everything is sealed in the present form. Absent until a first run has ended; then kept,
   * also while the key is changed.
   */
  readonly whole?: Level | undefined
}

/** The record that holds the {@link SealedState}. */
export const stateKey = { collection: 'settings', id: 'sealed' } as const

/** The key that seals a space, and the lowest level that it seals. */
export interface SealingInForce {
  readonly keyId: string
  readonly from: Level
  /** The lowest level of which nothing may be plain, or of a form that binds no label; absent while there may be such. */
  readonly whole?: Level | undefined
}

/** Reads how a space is sealed; `undefined` if it has never been sealed. @throws StoreError */
export async function sealingInForce(store: Pick<Store, 'read'>): Promise<SealingInForce | undefined> {
  const [record] = await store.read([stateKey])
  const state = record && stateOf(record)
  return state && { keyId: keyIdOf(state.current), from: state.from, whole: state.whole }
}

function stateOf({ value }: StoredRecord): SealedState {
  return decodeJson(value) as SealedState
}

/** The record that says up to which position of the feed everything was looked at. */
export const lookedAtKey = { collection: 'settings', id: 'sealed-to' } as const

/** Whether a record tells how the space is sealed. Such records are never sealed themselves. */
export function tellsSealing({ collection, id }: RecordKey): boolean {
  return collection === 'settings' && (id === stateKey.id || id === lookedAtKey.id)
}

/** A write of one of those records. */
export function writeSetting(key: RecordKey, value: unknown, ifVersion?: number): SetMutation {
  const meta = { author: 'skein', tags: [], derivedFrom: [], ...publicLabel }
  return { type: 'set', key, value: encodeJson(value), meta, ifVersion }
}

/** What this process knows of how its space is sealed. It tells the key ring what must be sealed. */
export class KnownSealing implements Disposable {
  readonly #store: Store
  readonly #ring: KeyRing
  #version: number | undefined
  #state: SealedState | undefined
  #unwatch: Unwatch | undefined

  /** @param store - The underlying store with sealed values, not one wrapped by `gateSeals`. */
  constructor(store: Store, ring: KeyRing) {
    this.#store = store
    this.#ring = ring
  }

  /** Reads the state, and again soon after each change of it. @throws StoreError */
  async start(): Promise<void> {
    await this.load()
    this.#unwatch ??= this.#store.watch(({ collection, id }) => {
      if (collection !== stateKey.collection || id !== stateKey.id) return
      // A mere hint: whoever writes what is plain names the version that it knows.
      this.load().catch(() => {})
    })
  }

  /** Reads the state now. @throws StoreError */
  async load(): Promise<{ readonly version: number; readonly state: SealedState | undefined }> {
    const [record] = await this.#store.read([stateKey])
    return this.note(record)
  }

  /** Takes note of the record that holds the state, or of its absence. */
  note(record: StoredRecord | undefined): { readonly version: number; readonly state: SealedState | undefined } {
    const [version, state] = [record?.version ?? 0, record && stateOf(record)]
    this.#version = version
    this.#state = state
    if (state) this.#ring.requireSealing(state.current, state.from)
    this.#ring.noteWhole(state?.whole)
    return { version, state }
  }

  /** A mutation that refuses its batch if the space is sealed in another way than this process knows. @throws StoreError */
  async check(): Promise<CheckMutation> {
    if (this.#version === undefined) await this.load()
    return { type: 'check', key: stateKey, ifVersion: this.#version ?? 0 }
  }

  /** Whether values of a level may be plain in the space. */
  mayBePlain(level: Level): boolean {
    return this.#state === undefined || levelIndex(level) < levelIndex(this.#state.from)
  }

  /** Whether the ring has the key that is in force, so that it may put another one in its place. */
  get hasKey(): boolean {
    if (!this.#state) return true
    const id = keyIdOf(this.#state.current)
    try {
      this.#ring.assertMayWrite('confidential')
    } catch (error) {
      if (error instanceof MissingKeyError) return false
      throw error
    }
    return this.#ring.ids.includes(id)
  }

  [Symbol.dispose](): void {
    this.#unwatch?.()
  }
}
