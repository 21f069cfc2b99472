import { AsyncLocalStorage } from 'node:async_hooks'

import type { Account } from '../work/account.ts'

/**
 * Work that the running code is part of, outermost first: ids of records of work, and
 * names of activities. Each one waits for the next, and the last one for whatever the
 * code waits for.
 */
export type WorkChain = readonly string[]

interface Work {
  readonly chain: WorkChain
  readonly account: Account | undefined
}

const storage = new AsyncLocalStorage<Work>()
const none: WorkChain = []

/** The chain of the running code; empty outside of work. */
export function currentWork(): WorkChain {
  return storage.getStore()?.chain ?? none
}

/** Counts what the running code uses; `undefined` outside of work. */
export function currentAccount(): Account | undefined {
  return storage.getStore()?.account
}

/**
 * Runs code, and everything that it starts, as part of this work.
 *
 * @param account - Counts what the code uses. By default that counts for the work that the caller is part of.
 */
export function asPartOf<Result>(
  chain: WorkChain,
  code: () => Result,
  account: Account | undefined = currentAccount(),
): Result {
  return storage.run({ chain, account }, code)
}
