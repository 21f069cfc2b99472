import type { Store } from './store.ts'

/** Where a worker thread finds the function that makes the same driver, and what to call it with. */
export interface WorkerModule {
  /** URL of a module. */
  readonly module: string
  /** Name of its export: a function of `options`. */
  readonly name: string
  /** Structured-cloneable. */
  readonly options: unknown
}

/** Whether a store is opened to write (once per process and space) or only to read (in each worker thread). */
export type StoreRole = 'writer' | 'reader'

/** A place that holds spaces: what `mapStore()`, `sqliteStore()` and the like return. */
export interface StoreDriver {
  /** Absent when only this thread can reach the records; other threads then ask it. */
  readonly descriptor?: WorkerModule | undefined
  open(space: string, role: StoreRole): Promise<Store>
  /** The spaces that were ever opened for writing, in the order of their names. Asking makes nothing. */
  spaces(): Promise<readonly string[]>
}
