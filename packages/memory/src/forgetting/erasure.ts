import type { Collection } from '../store/collections.ts'

/** What the record of an erasure says. Who and when are those of the record. */
export interface Erasure {
  /** `running` until all of it is gone. Nobody can read it from the beginning on, and whoever opens the space completes it. */
  readonly state: 'running' | 'done'
  readonly reason: string
  readonly derived: 'keep' | 'report' | 'forget'
  readonly forgotten: Readonly<Partial<Record<Collection, number>>>
  /** Contents of objects that went with their last record, as far as who may read this knows. */
  readonly contents: number
  /** Where it was asked for on another node: the name of that node. */
  readonly node?: string | undefined
  /** There: when, Unix milliseconds by its clock. */
  readonly at?: number | undefined
}

/** Reads what the record of an erasure says, from its decoded value. */
export function erasureOf(value: unknown): Erasure {
  return value as Erasure
}
