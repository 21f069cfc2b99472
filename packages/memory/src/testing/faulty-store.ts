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

/** A store call that a fault can delay or fail. */
export type FaultyOperation = CallName

/** Which calls a fault affects, and when. */
export interface FaultOptions {
  /**
   * Before the call reaches the store, or after the store has completed it and
   * before the caller gets the result.
   *
   * @defaultValue 'before' for failures, 'after' for delays
   */
  readonly when?: 'before' | 'after'
  /**
   * Affects only calls on this collection: the memory itself reads and writes, too.
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
  /** @defaultValue a StoreError; for a completed write, an OutcomeUnknownError */
  readonly error?: Error
}

/** A pause of store calls. It ends with `release()`, or at the end of a `using` block. */
export interface Hold extends Disposable {
  /** Resolves when a call has reached the point where it is held. */
  readonly reached: Promise<void>
  /** Releases all held calls and stops holding new ones. */
  release(): void
}

/** Injects faults into every store opened from the driver. */
export interface Faults {
  /** Holds calls until they are released. */
  hold(operation: FaultyOperation, options?: FaultOptions): Hold
  /** Makes the next calls fail. A call that fails `after` has taken effect. */
  fail(operation: FaultyOperation, options?: FailureOptions): void
  /** Silently drops hints of `watch()` until the returned function is called. */
  dropHints(): () => void
  /** Disconnects the link that delivers hints, and notifies watchers. All other calls still work. */
  cut(): void
  /** Reconnects the link: notifies watchers, and hints arrive again. Missed hints are not repeated. */
  heal(): void
  /** The number of calls so far, held and failed ones included. */
  calls(operation: FaultyOperation, collection?: Collection): number
}

/**
 * Wraps a driver so that a test can make its stores misbehave like real ones: be
 * slow, fail, lose hints, or disconnect from other processes' changes.
 *
 * Worker threads reach the stores through the thread that opened them, so the
 * faults affect them, too.
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
      return (...args) => faults.pass(name, collectionsIn(name, args), () => call(...args))
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

interface Fault {
  readonly operation: FaultyOperation
  readonly when: 'before' | 'after'
  readonly collection: Collection | undefined
  /** Resolves to let a call go on; rejects to fail it. */
  pass(): Promise<void>
}

class FaultBox implements Faults {
  readonly #active = new Set<Fault>()
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
    const fault = { operation, when, collection, pass }
    this.#active.add(fault)
    const release = (): void => {
      this.#active.delete(fault)
      released.resolve()
    }
    return { reached: reached.promise, release, [Symbol.dispose]: release }
  }

  fail(operation: FaultyOperation, { when = 'before', collection, times = 1, error }: FailureOptions = {}): void {
    let left = times
    const fault: Fault = {
      operation,
      when,
      collection,
      pass: () => {
        left -= 1
        if (left <= 0) this.#active.delete(fault)
        return Promise.reject(error ?? failureOf(operation, when))
      },
    }
    this.#active.add(fault)
  }

  dropHints(): () => void {
    this.#isDropping = true
    return () => {
      this.#isDropping = false
    }
  }

  cut(): void {
    this.#isCut = true
    for (const notify of this.#onLinks) notify()
  }

  heal(): void {
    this.#isCut = false
    for (const notify of this.#onLinks) notify()
  }

  calls(operation: FaultyOperation, collection?: Collection): number {
    return this.#calls.get(`${operation} ${collection ?? ''}`) ?? 0
  }

  /** Makes a call, subject to the faults that apply to it. */
  async pass<Result>(
    operation: FaultyOperation,
    collections: readonly Collection[],
    work: () => Promise<Result>,
  ): Promise<Result> {
    for (const name of new Set(['', ...collections])) {
      const call = `${operation} ${name}`
      this.#calls.set(call, (this.#calls.get(call) ?? 0) + 1)
    }
    // Without faults the store is called synchronously, as it would be without this wrapper.
    if (this.#active.size > 0) await this.#applyFaults('before', operation, collections)
    const result = await work()
    if (this.#active.size > 0) await this.#applyFaults('after', operation, collections)
    return result
  }

  async #applyFaults(
    when: 'before' | 'after',
    operation: FaultyOperation,
    collections: readonly Collection[],
  ): Promise<void> {
    for (const fault of this.#active) {
      const { collection } = fault
      if (fault.operation !== operation || fault.when !== when) continue
      if (collection === undefined || collections.includes(collection)) await fault.pass()
    }
  }

  /** Watches a store, subject to dropped hints and a disconnected link. */
  watch(store: Store, listener: (change: Change) => void, onLink?: (isUp: boolean) => void): Unwatch {
    let isStoreUp = true
    let reportedUp = true
    const notify = (): void => {
      const isUp = isStoreUp && !this.#isCut
      if (isUp === reportedUp) return
      reportedUp = isUp
      onLink?.(isUp)
    }
    const unwatch = store.watch(
      (change) => {
        if (!this.#isDropping && !this.#isCut) listener(change)
      },
      (isUp) => {
        isStoreUp = isUp
        notify()
      },
    )
    this.#onLinks.add(notify)
    notify()
    return () => {
      this.#onLinks.delete(notify)
      unwatch()
    }
  }
}

function failureOf(operation: FaultyOperation, when: 'before' | 'after'): StoreError {
  const isWrite = operation === 'write' || operation === 'objects.put' || operation === 'objects.delete'
  return when === 'after' && isWrite
    ? new OutcomeUnknownError(
        operation,
        'Injected fault: the connection was lost, so the write may or may not have happened.',
      )
    : new StoreError(operation, 'Injected fault: the store failed.')
}
