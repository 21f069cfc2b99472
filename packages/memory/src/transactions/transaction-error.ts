import { SkeinError } from '../values/errors.ts'

/** Why a transaction failed. */
export type TransactionFailure =
  | 'conflict'
  | 'ended'
  | 'limit'
  | 'nested'
  | 'order'
  | 'timeout'
  | 'unawaited'
  | 'unsupported'

const messages: Readonly<Record<TransactionFailure, string>> = {
  conflict:
    'Others changed what the transaction read, at each of its attempts. Nothing was written. Let it read less, or take less time.',
  ended: 'The transaction has ended, and this call has no effect. Await all calls of `tx` within the callback.',
  limit: 'The transaction reads or writes too much for one atomic step. Nothing was written. Split it.',
  nested: 'A transaction is already running. Use its `tx`, or start this one after it has ended.',
  order: 'A search does not find what the transaction itself has written. Search first, or list.',
  timeout: 'The transaction took longer than `timeoutMs`. Nothing was written.',
  unsupported:
    'A transaction does not have this call, because it cannot be undone or has steps of its own. Call it outside.',
  unawaited: 'A call of `tx` was not awaited, so nothing was written. Await all calls within the callback.',
}

/**
 * A transaction failed, and wrote nothing.
 *
 * - `conflict`: each of its attempts was overtaken by writes of others.
 * - `limit`: it reads or writes more than fits into one.
 * - `order`: it searches in a collection where it has written; search first.
 * - `unawaited`: its callback returned while a call of `tx` was still running.
 * - `ended`: a call of `tx` came after the end; the transaction itself may have succeeded.
 * - `nested`: it was begun within another one of the same memory.
 * - `timeout`: it took longer than `timeoutMs`.
 * - `unsupported`: it has no such call, as `retract`.
 */
export class TransactionError extends SkeinError {
  readonly code = 'SKEIN_TRANSACTION'
  readonly reason: TransactionFailure

  /** @param detail - Says more than the reason does. */
  constructor(reason: TransactionFailure, detail = '', options?: ErrorOptions) {
    super(`${messages[reason]}${detail && ` ${detail}`}`, options)
    this.reason = reason
  }
}
