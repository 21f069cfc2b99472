import type { Store } from './store.ts'

/** How a worker thread recreates a driver: the module, its factory function and the options to pass. */
export interface WorkerModule {
  /** URL of a module. */
  readonly module: string
  /** Name of its export: a function of `options`. */
  readonly name: string
  /** Structured-cloneable. */
  readonly options: unknown
}

/** How a store is opened: for writing (once per process and space) or only for reading (in each worker thread). */
export type StoreRole = 'writer' | 'reader'

/** Opens the spaces of one storage location. `mapStore()`, `sqliteStore()` and similar functions return one. */
export interface StoreDriver {
  /** Absent if only this thread can reach the records. Other threads then read through it. */
  readonly descriptor?: WorkerModule | undefined
  open(space: string, role: StoreRole): Promise<Store>
  /** Names of the spaces ever opened for writing, sorted. Creates nothing. */
  spaces(): Promise<readonly string[]>
}
