import type { OrderedWork } from './once/compute-once.ts'
import { carryOutFor, findHanded } from './once/handed-work.ts'
import type { CarriedOut, CarryOutParts, HandedWork } from './once/handed-work.ts'
import { onceKinds } from './once/once-options.ts'
import type { OnceOptions, OnceResult } from './once/once-options.ts'
import { sharedState } from './space/shared-state.ts'
import type { SharedState } from './space/shared-state.ts'
import { currentAccount } from './space/work-chain.ts'
import type { Tracer } from './tracing/current-trace.ts'
import { tracerFor } from './tracing/trace-memory.ts'
import { requireOptions } from './values/require-options.ts'
import { View } from './view.ts'
import type { Cost } from './work/cost.ts'
import { workId } from './work/work-id.ts'

/**
 * A counter or queue of a runtime, such as a budget: shared by all threads and processes
 * of the view's space. It belongs to no principal and bears no label, so nothing in it
 * may depend on what records say; for that there is `View.state`. A power failure may lose what was written to a
 * `fleeting` one.
 */
export function runtimeState<State>(view: View, name: string, ttlMs: number, fleeting = false): SharedState<State> {
  return sharedState<State>(View.partsOf(view).space, name, { ttlMs, fleeting })
}

/** Counts what a principal used for a kind of work that `View.once` does not run. @param kind - As in the ledger. */
export function noteUse(view: View, kind: string, used: Cost): void {
  currentAccount()?.use(used)
  const { space, actor } = View.partsOf(view)
  space.note({ work: workId(actor.audience, kind), agent: actor.principal.id, used })
}

/** Who traces what is done with a view now; `undefined` where nobody does. */
export function tracerOf(view: View): Tracer | undefined {
  return tracerFor(View.partsOf(view).space.tracing)
}

/**
 * Like `View.once`, for work that others do: its record holds the order meanwhile, and they keep the result in it by
 * `carryOut`. The work waits for them, then returns `KeptByOther`; it throws `OrderLost` where they did not
 * find the order, and is begun again. They count what it took by `noteUse`, since the caller may be gone when it is done.
 *
 * @param order - Returns JSON that tells them what to do, as sensitive as what the view's scope has read. It is called
 * where the work is begun. Absent where the work is done here.
 */
export async function handOver<T>(
  view: View,
  key: string,
  order: (() => unknown) | undefined,
  work: OrderedWork<T>,
  options: OnceOptions = {},
): Promise<OnceResult<T>> {
  requireOptions('handOver', options, onceKinds)
  return View.partsOf(view).once.run<T>(key, work, { ...options, order })
}

/**
 * The work with this key as its record shows it, read from the store: an order, a result, or neither. The view's scope
 * notes what comes with it.
 *
 * @throws AccessError, StoreError
 */
export function handedWork(view: View, key: string): Promise<HandedWork> {
  const { actor } = View.partsOf(view)
  return findHanded(actor, workId(actor.audience, key))
}

/**
 * Does work that was handed over, and keeps its result in the record, in the scope of a view. What the work throws is
 * thrown, and the record stays as it is: its owner decides what follows.
 *
 * @returns whether the record has a result now that may stay. It has none if something that the work was given or has
 * read was forgotten, or if its owner does the work itself. If something was retracted, and results are to be computed
 * again then, the result is there for the owner alone (`HandedResult.isKept`).
 * @throws what the work throws; AccessError when the view has another clearance than the owner; OrderLost, StoreError;
 * the signal's reason.
 */
export function carryOut(view: View, handed: HandedWork, work: CarriedOut, parts: CarryOutParts): Promise<boolean> {
  return carryOutFor(View.partsOf(view), handed, work, parts)
}
