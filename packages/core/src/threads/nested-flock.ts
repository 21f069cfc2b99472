import { AsyncLocalStorage } from 'node:async_hooks'
import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads'

import { NestedFlockError } from '../activities/activity-errors.ts'

/*
 * A module of activities that makes a flock would be loaded by that flock's threads, which would make a flock each, and
 * so on without end. So no thread that runs activities starts such threads, nor does a thread that it starts: Node hands
 * environment data down to them, also to those that run another copy of this file.
 */
const markOfThreads = 'skein.runsActivities'
/** Where a thread that runs activities hears of refusals; global, as a built app may hold several copies of this file. */
const listener = Symbol.for('skein.onNestedFlock')
/** The module that is being loaded, also for what its top level has left running. */
const loading = new AsyncLocalStorage<{ readonly module: string }>()

/** Declares that this thread runs activities. @param onRefused - Told which module tried to make a flock. */
export function markActivityThread(onRefused: (module: string, error: NestedFlockError) => void): void {
  setEnvironmentData(markOfThreads, true)
  const report = (): NestedFlockError => {
    const module = loading.getStore()?.module
    const error = new NestedFlockError(module)
    if (module !== undefined) onRefused(module, error)
    return error
  }
  Object.defineProperty(globalThis, listener, { value: report })
}

/** Whether this thread runs activities, or was started by one that does. */
export function runsActivities(): boolean {
  return getEnvironmentData(markOfThreads) === true
}

/** Loads a module, to blame it for what it does meanwhile and leaves running. */
export function whileLoading<Result>(module: string, load: () => Promise<Result>): Promise<Result> {
  return loading.run({ module }, load)
}

/** @throws NestedFlockError in a thread that runs activities, or was started by one. */
export function refuseNestedFlock(): void {
  if (!runsActivities()) return
  const report = (globalThis as { readonly [listener]?: () => NestedFlockError })[listener]
  throw report?.() ?? new NestedFlockError()
}
