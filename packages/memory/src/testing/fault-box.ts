import { OutcomeUnknownError, StoreError } from '../values/errors.ts'
import { requireDuration } from '../values/require-option.ts'
import { callNames } from '../store/store-routes.ts'
import type { Store, Unwatch } from '../store/store.ts'
import type { Change } from '../store/change.ts'
import type { Collection } from '../store/collections.ts'
import type { FailureOptions, FaultOptions, Faults, FaultyOperation, Hold } from './faults.ts'

interface Fault {
  readonly operation: FaultyOperation
  readonly when: 'before' | 'after'
  readonly collection: Collection | undefined
  /** Resolves to let a call continue; rejects to fail it. */
  pass(): Promise<void>
}

/** The faults that are in force, for all stores of one driver. */
export class FaultBox implements Faults {
  readonly #active = new Set<Fault>()
  readonly #calls = new Map<string, number>()
  readonly #onLinks = new Set<() => void>()
  #hintDelayMs = 0
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

  allow(operation: FaultyOperation, times: number, { collection }: Pick<FaultOptions, 'collection'> = {}): () => void {
    let left = times
    const pass = (): Promise<void> => {
      left -= 1
      return left >= 0
        ? Promise.resolve()
        : Promise.reject(new Error(`Expected at most ${times} calls of ${operation}.`))
    }
    const fault: Fault = { operation, when: 'before', collection, pass }
    this.#active.add(fault)
    return () => void this.#active.delete(fault)
  }

  outage(): () => void {
    const faults = callNames.map((operation): Fault => {
      const pass = (): Promise<void> => Promise.reject(failureOf(operation, 'before'))
      return { operation, when: 'before', collection: undefined, pass }
    })
    for (const fault of faults) this.#active.add(fault)
    this.cut()
    return () => {
      for (const fault of faults) this.#active.delete(fault)
      this.heal()
    }
  }

  delayHints(ms: number): () => void {
    requireDuration('ms', ms, 0)
    this.#hintDelayMs = ms
    return () => {
      this.#hintDelayMs = 0
    }
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

  /** Watches a store, subject to dropped and late hints and a disconnected link. */
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
        if (this.#isDropping || this.#isCut) return
        if (this.#hintDelayMs === 0) listener(change)
        else setTimeout(() => listener(change), this.#hintDelayMs)
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
