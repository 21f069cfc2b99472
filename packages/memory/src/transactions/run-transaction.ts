import { AsyncLocalStorage } from 'node:async_hooks'

import type { Actor } from '../space/actor.ts'
import type { StoredSpace } from '../space/space.ts'
import { conflictPause, mostConflicts } from '../values/back-off.ts'
import { publicLabel } from '../values/access.ts'
import type { Label } from '../values/access.ts'
import { AccessError, FenceError, OptionError } from '../values/errors.ts'
import { isOutage } from '../values/outlast.ts'
import { withSignal } from '../values/with-signal.ts'
import { ConflictError } from './conflict-error.ts'
import { OpenCalls } from './open-calls.ts'
import { TransactionActor, transactionSpace } from './transaction-actor.ts'
import { TransactionError } from './transaction-error.ts'
import { requireTransactionOptions } from './transaction-options.ts'
import type { TransactionOptions } from './transaction-options.ts'
import { TransactionScope } from './transaction-scope.ts'
import { TransactionStore } from './transaction-store.ts'
import { transactionOn } from './transaction.ts'
import type { Transaction } from './transaction.ts'

/** What the code of a transaction is part of. */
interface Running {
  readonly space: StoredSpace
  hasEnded: boolean
}

const running = new AsyncLocalStorage<Running>()

/** What came of an attempt; without a result it has to be made again. */
type Attempt<Result> =
  | { readonly result: Result }
  /** Others came first. */
  | { readonly conflict: true }
  /** It has read something more sensitive than what it had written before that: now it starts with this label. */
  | { readonly label: Label }

/** See `View.transaction`. */
export async function runTransaction<Result>(
  space: StoredSpace,
  actor: Actor,
  work: (tx: Transaction) => Promise<Result> | Result,
  options: TransactionOptions | undefined,
): Promise<Result> {
  const { signal, timeoutMs } = requireTransactionOptions(options)
  if (typeof work !== 'function') throw new OptionError('work', 'a function', work)
  space.assertOpen()
  const outer = running.getStore()
  if (outer?.space === space && !outer.hasEnded) throw new TransactionError('nested')
  const own: Running = { space, hasEnded: false }
  using limit = timeLimit(signal, timeoutMs)
  let label: Label = publicLabel
  try {
    for (let attempt = 1, conflicts = 0; ; attempt += 1) {
      limit.signal?.throwIfAborted()
      const parts = { space, actor, label, isFirst: attempt === 1, signal: limit.signal }
      const came = await running.run(own, () => attemptOnce(parts, work))
      if ('result' in came) return came.result
      if ('label' in came) ({ label } = came)
      else if ((conflicts += 1) >= mostConflicts) throw new TransactionError('conflict')
      else await withSignal(conflictPause(conflicts), limit.signal)
    }
  } finally {
    own.hasEnded = true
  }
}

interface AttemptParts {
  readonly space: StoredSpace
  readonly actor: Actor
  readonly label: Label
  readonly isFirst: boolean
  readonly signal: AbortSignal | undefined
}

async function attemptOnce<Result>(
  { space, actor, label, isFirst, signal }: AttemptParts,
  work: (tx: Transaction) => Promise<Result> | Result,
): Promise<Attempt<Result>> {
  const { store: stored, facts, objects } = space
  const copies = isFirst ? { facts, objects } : {}
  const store = new TransactionStore({ store: stored, audience: actor.audience, copies })
  using scope = new TransactionScope(actor.scope, label)
  const own = transactionSpace(space, store)
  const calls = new OpenCalls()
  try {
    const tx = transactionOn(own, new TransactionActor(own, actor, scope, store), calls)
    const result = await withSignal((async () => work(tx))(), signal)
    if (calls.areRunning) throw new TransactionError('unawaited')
    calls.end()
    if (!store.isCoveredBy(scope.label)) return { label: scope.label }
    return (await hasCommitted(store, actor)) ? { result } : { conflict: true }
  } catch (error) {
    if (error instanceof ConflictError) return { conflict: true }
    // Nobody may act on what was never so. Where that can't be asked, nobody is told of the error either.
    const isPlain = signal?.aborted || isOutage(error) || error instanceof TransactionError
    if (isPlain || (await store.isCurrent())) throw error
    return { conflict: true }
  } finally {
    calls.end()
  }
}

/** @throws FenceError when a claim was lost; AccessError where a key is taken by something above the clearance. */
async function hasCommitted(store: TransactionStore, actor: Actor): Promise<boolean> {
  const refused = await store.commit()
  if (!refused) return true
  const { mutation, refusal } = refused
  const { type, key, ifVersion = 0 } = mutation
  if (type === 'check' && key.collection === 'claims') throw new FenceError(key.id, ifVersion)
  // What was seen at this key before is hidden now: others came first, too.
  if (refusal.reason !== 'label' || ifVersion > 0) return false
  throw new AccessError(
    actor.principal.id,
    `another key than "${key.id}", which is taken by something above its clearance,`,
  )
}

/** A signal that aborts by another one, or when the time is over. */
function timeLimit(
  signal: AbortSignal | undefined,
  timeoutMs: number | undefined,
): Disposable & { readonly signal: AbortSignal | undefined } {
  if (timeoutMs === undefined) return { signal, [Symbol.dispose]: () => {} }
  const over = new AbortController()
  const timer = setTimeout(() => over.abort(new TransactionError('timeout')), timeoutMs)
  const either = signal ? AbortSignal.any([signal, over.signal]) : over.signal
  return { signal: either, [Symbol.dispose]: () => clearTimeout(timer) }
}
