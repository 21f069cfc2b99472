import { requireDuration } from '../values/require-option.ts'
import { requireOptions } from '../values/require-options.ts'
import type { OptionKinds } from '../values/require-options.ts'

/** Options of `View.transaction`. */
export interface TransactionOptions {
  /** Ends the transaction, which rejects with its reason. A commit that was sent is waited for. */
  readonly signal?: AbortSignal
  /** How long all attempts together may take, in milliseconds; as long as they need when left out. */
  readonly timeoutMs?: number
}

const kinds: OptionKinds<TransactionOptions> = { signal: 'object', timeoutMs: 'any' }

/** @throws OptionError */
export function requireTransactionOptions(options: TransactionOptions | undefined): TransactionOptions {
  const checked = requireOptions('transaction', options, kinds)
  if (checked.timeoutMs !== undefined) requireDuration('timeoutMs', checked.timeoutMs)
  return checked
}
