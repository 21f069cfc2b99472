import { OutcomeUnknownError, StoreError } from '../values/errors.ts'
import { forward } from '../store/forward.ts'
import type { Mutation } from '../store/mutation.ts'
import type { RecordFilter } from '../store/query.ts'
import type { RecordKey } from '../store/record.ts'
import { callOf, makeCalls } from '../store/store-routes.ts'
import type { CallName } from '../store/store-routes.ts'
import type { Store, Unwatch } from '../store/store.ts'
import type { Change } from '../store/change.ts'
import type { Collection } from '../store/collections.ts'
import type { StoreDriver } from '../store/store-driver.ts'

/** A call of a store that can be held back or fail. */
export type FaultyOperation = CallName

/** Which calls a fault befalls, and when. */
export interface FaultOptions {
  /**
   * Before the store was asked, or after it has done what it was asked and
   * before anybody is told.
   *
   * @defaultValue 'before' for what fails, 'after' for what is held back
   */
  readonly when?: 'before' | 'after'
  /**
   * Only calls about this collection: the memory itself reads and writes, too.
   *
   * @defaultValue all
   */
  readonly collection?: Collection
}

/** Options of {@link Faults.fail}. */
export interface FailureOptions extends FaultOptions {
  /**
   * How many calls fail.
   *
   * @defaultValue 1
   */
  readonly times?: number
  /** @defaultValue a StoreError; of writes that were done, an OutcomeUnknownError */
  readonly error?: Error
}

/** Calls that are held back until they are released, which also happens at the end of a `using` block. */
export interface Hold extends Disposable {
  /** Resolves when a call has come to where it is held. */
  readonly reached: Promise<void>
  /** Lets all go that are held, and holds no more. */
  release(): void
}

/** Makes things go wrong in every store opened from the driver. */
export interface Faults {
  /** Holds calls back. */
  hold(operation: FaultyOperation, options?: FaultOptions): Hold
  /** Has the next calls fail. What fails `after` was done all the same. */
  fail(operation: FaultyOperation, options?: FailureOptions): void
  /** Loses hints of `watch()`, and nobody knows, until the returned function is called. */
  dropHints(): () => void
  /** Cuts the link that brings hints: watchers are told so. All else goes on. */
  cut(): void
  /** Mends the link: watchers are told, and hints come again. What was missed stays so. */
  heal(): void
  /** How many calls came so far, held and failed ones too. */
  calls(operation: FaultyOperation, collection?: Collection): number
}

/**
 * Wraps a driver so that its stores do wrong what real ones do wrong: they are
 * slow, fail, forget to tell, or lose their link to others' changes.
 *
 * Worker threads reach the stores through the thread that opened them, so that
 * they meet the faults too.
 *
 * @example
 * ```ts
 * import { mapStore, openMemory } from '@skein/memory'
 * import { faultyStore } from '@skein/memory/testing'
 *
 * const { driver, faults } = faultyStore(mapStore())
 * await using memory = await openMemory({ store: driver })
 * const { facts } = memory.as({ id: 'ann', role: 'test' })
 * faults.fail('write', { collection: 'facts', when: 'after' })
 * const refused = await facts.set('k', 1).catch((error) => error)
 * refused.code // => 'SKEIN_OUTCOME_UNKNOWN'
 * await facts.get('k') // => 1
 * ```
 */
export function faultyStore(driver: StoreDriver): { readonly driver: StoreDriver; readonly faults: Faults } {
  const faults = new FaultBox()
  const { descriptor: _, ...local } = driver
  return {
    faults,
    driver: {
      ...local,
      open: async (space, role) => wrap(await driver.open(space, role), faults),
      spaces: () => driver.spaces(),
    },
  }
}

function wrap(store: Store, faults: FaultBox): Store {
  return {
    ...forward(store),
    ...makeCalls((name) => {
      const call = callOf(store, name) as (...args: readonly unknown[]) => Promise<unknown>
      return (...args) => faults.meet(name, collectionsIn(name, args), () => call(...args))
    }),
    watch: (listener, onLink) => faults.watch(store, listener, onLink),
  }
}

/** The collections that a call is about. */
function collectionsIn(name: CallName, [first]: readonly unknown[]): readonly Collection[] {
  switch (name) {
    case 'read':
      return (first as readonly RecordKey[]).map(({ collection }) => collection)
    case 'write':
      return (first as readonly Mutation[]).map(({ key }) => key.collection)
    case 'query':
    case 'search':
      return [(first as RecordFilter).collection]
    default:
      return name.startsWith('objects.') ? ['objects'] : []
  }
}

interface Obstacle {
  readonly operation: FaultyOperation
  readonly when: 'before' | 'after'
  readonly collection: Collection | undefined
  /** Resolves to let a call go on; rejects to fail it. */
  pass(): Promise<void>
}

class FaultBox implements Faults {
  readonly #obstacles = new Set<Obstacle>()
  readonly #calls = new Map<string, number>()
  readonly #onLinks = new Set<() => void>()
  #isDropping = false
  #isCut = false

  hold(operation: FaultyOperation, { when = 'after', collection }: FaultOptions = {}): Hold {
    const reached = Promise.withResolvers<void>()
    const released = Promise.withResolvers<void>()
    const pass = (): Promise<void> => {
      reached.resolve()
      return released.promise
    }
    const obstacle = { operation, when, collection, pass }
    this.#obstacles.add(obstacle)
    const release = (): void => {
      this.#obstacles.delete(obstacle)
      released.resolve()
    }
    return { reached: reached.promise, release, [Symbol.dispose]: release }
  }

  fail(operation: FaultyOperation, { when = 'before', collection, times = 1, error }: FailureOptions = {}): void {
    let left = times
    const obstacle: Obstacle = {
      operation,
      when,
      collection,
      pass: () => {
        left -= 1
        if (left <= 0) this.#obstacles.delete(obstacle)
        return Promise.reject(error ?? failureOf(operation, when))
      },
    }
    this.#obstacles.add(obstacle)
  }

  dropHints(): () => void {
    this.#isDropping = true
    return () => {
      this.#isDropping = false
    }
  }

  cut(): void {
    this.#isCut = true
    for (const tell of this.#onLinks) tell()
  }

  heal(): void {
    this.#isCut = false
    for (const tell of this.#onLinks) tell()
  }

  calls(operation: FaultyOperation, collection?: Collection): number {
    return this.#calls.get(`${operation} ${collection ?? ''}`) ?? 0
  }

  /** Does what was asked, past whatever stands in its way. */
  async meet<Result>(
    operation: FaultyOperation,
    collections: readonly Collection[],
    work: () => Promise<Result>,
  ): Promise<Result> {
    for (const name of new Set(['', ...collections])) {
      const call = `${operation} ${name}`
      this.#calls.set(call, (this.#calls.get(call) ?? 0) + 1)
    }
    // Where nothing stands in the way the store is asked at once, as it would be without this.
    if (this.#obstacles.size > 0) await this.#pass('before', operation, collections)
    const result = await work()
    if (this.#obstacles.size > 0) await this.#pass('after', operation, collections)
    return result
  }

  async #pass(when: 'before' | 'after', operation: FaultyOperation, collections: readonly Collection[]): Promise<void> {
    for (const obstacle of this.#obstacles) {
      const { collection } = obstacle
      if (obstacle.operation !== operation || obstacle.when !== when) continue
      if (collection === undefined || collections.includes(collection)) await obstacle.pass()
    }
  }

  /** Watches a store, as far as the link and its hints allow. */
  watch(store: Store, listener: (change: Change) => void, onLink?: (isUp: boolean) => void): Unwatch {
    let isStoreUp = true
    let toldUp = true
    const tell = (): void => {
      const isUp = isStoreUp && !this.#isCut
      if (isUp === toldUp) return
      toldUp = isUp
      onLink?.(isUp)
    }
    const unwatch = store.watch(
      (change) => {
        if (!this.#isDropping && !this.#isCut) listener(change)
      },
      (isUp) => {
        isStoreUp = isUp
        tell()
      },
    )
    this.#onLinks.add(tell)
    tell()
    return () => {
      this.#onLinks.delete(tell)
      unwatch()
    }
  }
}

function failureOf(operation: FaultyOperation, when: 'before' | 'after'): StoreError {
  const isWrite = operation === 'write' || operation === 'objects.put' || operation === 'objects.delete'
  return when === 'after' && isWrite
    ? new OutcomeUnknownError(
        operation,
        'The connection was lost, as a test wanted: this may or may not have happened.',
      )
    : new StoreError(operation, 'The store failed, as a test wanted.')
}
