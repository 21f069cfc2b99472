import type { Seq } from '../store/record.ts'
import type { Store } from '../store/store.ts'
import { levelIndex } from '../values/access.ts'
import type { Level } from '../values/access.ts'
import { MemoryClosedError, OptionError } from '../values/errors.ts'
import { decodeJson } from '../values/json.ts'
import type { KeyRing } from './key-ring.ts'
import type { ObjectVault } from './object-vault.ts'
import { reseal, resealSome } from './reseal.ts'
import type { ResealParts, ResealReport } from './reseal.ts'
import { lookedAtKey, stateKey, writeSetting } from './sealing-state.ts'
import type { KnownSealing, SealedState } from './sealing-state.ts'

/** A position of the feed up to which everything is sealed, as stored in the space. */
interface LookedAt {
  readonly seq: Seq
  readonly incarnation?: string | undefined
}

/** What a sealer works on. */
export interface SealerParts {
  /** The underlying store with sealed values, not one wrapped by `gateSeals`. */
  readonly store: Store
  readonly vault: ObjectVault
  readonly ring: KeyRing
  readonly sealing: KnownSealing
  /** Whether to seal the space when it is opened. */
  readonly sealsSpace: boolean
  /** Called with errors of background resealing. */
  readonly onError: (error: unknown) => void
}

const changesAtOnce = 500

/**
 * Keeps a space sealed as its key ring requires.
 *
 * First it writes that sealing has begun: from then on nobody writes plain secrets, so what lies plain is from before.
 * Then it seals all of that, and writes that it is done, and up to which position of the feed it has looked. Whoever
 * opens the space later looks at what came after: only processes of earlier versions can have left something plain.
 */
export class Sealer implements AsyncDisposable {
  readonly #parts: SealerParts
  readonly #stopping = new AbortController()
  #running: Promise<ResealReport> | undefined
  #starting: Promise<void> = Promise.resolve()

  constructor(parts: SealerParts) {
    this.#parts = parts
  }

  /**
   * Begins to seal the space if the ring has a current key, and seals in the background what lies plain. To be called
   * again when the store has lost data.
   *
   * @throws StoreError
   */
  async start(): Promise<void> {
    const { sealing, ring, sealsSpace, onError } = this.#parts
    await sealing.start()
    if (!sealsSpace || ring.share.current === undefined) return
    await this.#begin()
    this.#starting = this.#sealRest().catch((error: unknown) => {
      if (!this.#stopping.signal.aborted) onError(error)
    })
  }

  /** Reseals everything now, or joins a run in progress. @throws OptionError without encryption; MissingKeyError */
  run(): Promise<ResealReport> {
    this.#running ??= this.#run().finally(() => (this.#running = undefined))
    return this.#running
  }

  /** Seals what may not be sealed yet: everything, or what came after everything was. */
  async #sealRest(): Promise<void> {
    const { state } = await this.#parts.sealing.load()
    const [record] = await this.#parts.store.read([lookedAtKey])
    const lookedAt = record && (decodeJson(record.value) as LookedAt)
    if (state?.state === 'done' && this.#isInForce(state) && lookedAt && (await this.#sealNews(lookedAt))) return
    await this.run()
  }

  /** Writes that the space is sealed with the current key from now on, unless it is written. */
  async #begin(): Promise<void> {
    const { store, ring, sealing } = this.#parts
    for (;;) {
      const { version, state } = await sealing.load()
      // Without the key in force it can't seal the rest, and would only lock out those who can.
      if ((state && this.#isInForce(state)) || !sealing.hasKey) return
      const next = { ...state, current: ring.mark, from: this.#from(state), state: 'begun' } satisfies SealedState
      if ((await store.write([writeSetting(stateKey, next, version)])).ok) {
        await sealing.load()
        return
      }
    }
  }

  async #run(): Promise<ResealReport> {
    const { store, ring, sealing } = this.#parts
    const { current } = ring.share
    if (current === undefined) throw new OptionError('encryption', 'set when the memory is opened', current)
    await this.#begin()
    const { version, state } = await sealing.load()
    const { last: seq, incarnation } = await store.changes(Number.MAX_SAFE_INTEGER, 1)
    const from = this.#from(state)
    const report = await reseal(this.#work(from))
    const next = { current: ring.mark, from, state: 'done', whole: from } satisfies SealedState
    const isSame = state?.state === 'done' && this.#isInForce(state) && state.whole === from
    // If somebody else has changed how the space is sealed, that is theirs to finish.
    await store.write([
      isSame ? await sealing.check() : writeSetting(stateKey, next, version),
      writeSetting(lookedAtKey, { seq, incarnation } satisfies LookedAt),
    ])
    await sealing.load()
    return report
  }

  /**
   * Seals what was written after a position of the feed.
   *
   * @returns `false` if that can't be known from the feed.
   */
  async #sealNews({ seq: from, incarnation: known }: LookedAt): Promise<boolean> {
    const { store, sealing } = this.#parts
    const { signal } = this.#stopping
    const { state } = await sealing.load()
    const work = this.#work(this.#from(state))
    let seq = from
    let isFound = false
    for (;;) {
      signal.throwIfAborted()
      const page = await store.changes(seq, changesAtOnce)
      if (page.trimmed || page.last < seq || page.incarnation !== known) return false
      const due = page.changes.filter(
        ({ op, sensitivity }) => op === 'set' && levelIndex(sensitivity) >= levelIndex(work.from),
      )
      const keys = new Map(due.map(({ collection, id }) => [`${collection}/${id}`, { collection, id }]))
      if (keys.size > 0) {
        const { records, objects } = await resealSome(work, [...keys.values()])
        isFound ||= records + objects > 0
      }
      seq = page.changes.at(-1)?.seq ?? seq
      if (page.changes.length < changesAtOnce) break
    }
    // The position is a change of the feed itself, so it is not written for a few.
    if (isFound || seq - from >= changesAtOnce) {
      await store.write([await sealing.check(), writeSetting(lookedAtKey, { seq, incarnation: known })])
    }
    return true
  }

  #work(from: Level): ResealParts {
    const { store, vault, ring } = this.#parts
    return { store, vault, ring, from, signal: this.#stopping.signal }
  }

  /** The lowest level to seal: that of the ring, or of the space if that is lower. */
  #from(state: SealedState | undefined): Level {
    const { from } = this.#parts.ring.share
    return state && levelIndex(state.from) < levelIndex(from) ? state.from : from
  }

  /** Whether the space is sealed, or being sealed, with the current key and at least the levels of the ring. */
  #isInForce(state: SealedState): boolean {
    return state.current === this.#parts.ring.mark && state.from === this.#from(state)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort(new MemoryClosedError())
    this.#parts.sealing[Symbol.dispose]()
    // The caller of `run`, or `onError`, has already received any error.
    await Promise.all([this.#running?.catch(() => {}), this.#starting])
  }
}
