import { Forgetful } from '../forgetting/forgetful.ts'
import type { Actor } from '../space/actor.ts'
import type { StoredSpace } from '../space/space.ts'
import { runTransaction } from './run-transaction.ts'
import type { TransactionOptions } from './transaction-options.ts'
import type { Transaction } from './transaction.ts'

/** The part of a view that reads and writes several records in one step. */
export class Transactional extends Forgetful {
  readonly #space: StoredSpace
  readonly #actor: Actor

  /** @internal */
  constructor(space: StoredSpace, actor: Actor) {
    super(space, actor)
    this.#space = space
    this.#actor = actor
  }

  /**
   * Reads and writes several records in one atomic step: all that was written is there at once, and only if everything
   * that was read is unchanged then, records that were absent, lists and searches included. Otherwise nothing is
   * written, and the callback runs again: up to 100 times, with back-off after each conflict.
   *
   * - Reads see what the transaction itself has written; a search refuses to look among that.
   * - All that is written is at least as sensitive as all that was read.
   * - What the callback does other than through `tx` is no part of the transaction, and happens again with each attempt.
   * - A transaction reads and writes 10,000 records, lists and searches 100 times and writes 256 MiB at most.
   * - An error of the callback passes on unchanged, and nothing is written.
   *
   * @param work - Does everything through `tx`, and awaits it.
   * @returns what `work` returned in the attempt that was committed.
   * @throws TransactionError when it was overtaken each time, took too long, or is beyond a limit; FenceError when a
   * claim was lost; OutcomeUnknownError when the connection broke while it was committed; the signal's reason; whatever
   * `work` throws; OptionError, AccessError, StoreError.
   *
   * @example
   * ```ts
   * import { mapStore, openMemory } from '@skein/memory'
   *
   * const memory = await openMemory({ store: mapStore() })
   * const ann = memory.as({ id: 'ann', role: 'cashier' })
   * await ann.facts.set('account/a', 100)
   * await ann.facts.set('account/b', 0)
   * await ann.transaction(async ({ facts }) => {
   *   const [a = 0, b = 0] = await facts.getMany<number>(['account/a', 'account/b'])
   *   await facts.set('account/a', a - 30)
   *   await facts.set('account/b', b + 30)
   * })
   * await ann.facts.getMany(['account/a', 'account/b']) // => [70, 30]
   * await memory.close()
   * ```
   */
  async transaction<Result>(
    work: (tx: Transaction) => Promise<Result> | Result,
    options?: TransactionOptions,
  ): Promise<Result> {
    return runTransaction(this.#space, this.#actor, work, options)
  }
}
