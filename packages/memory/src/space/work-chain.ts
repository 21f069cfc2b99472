import { AsyncLocalStorage } from 'node:async_hooks'

/**
 * Work that the running code is part of, outermost first: ids of records of work, and
 * names of activities. Each one waits for the next, and the last one for whatever the
 * code waits for.
 */
export type WorkChain = readonly string[]

const storage = new AsyncLocalStorage<WorkChain>()
const none: WorkChain = []

/** The chain of the running code; empty outside of work. */
export function currentWork(): WorkChain {
  return storage.getStore() ?? none
}

/** Runs code, and everything that it starts, as part of this work. */
export function asPartOf<Result>(chain: WorkChain, code: () => Result): Result {
  return storage.run(chain, code)
}
