import type { Collection } from '../store/collections.ts'
import type { Label } from '../values/access.ts'

/** An action that the feed does not record. */
export type NotedAction =
  | 'read'
  | 'list'
  | 'search'
  | 'watch'
  | 'write'
  | 'send'
  | 'declassify'
  | 'erase'
  | 'hold'
  | 'correct'
  | 'control'
  | 'audit'
  | 'administer'

/** The outcome of an action. `refused`: neither the record nor its existence was revealed. */
export type NotedOutcome = 'hit' | 'miss' | 'refused'

/** Equal actions by one principal on records of one collection and label, with a count per record. */
export interface NotedGroup extends Label {
  readonly agent: string
  readonly action: NotedAction
  readonly outcome: NotedOutcome
  readonly collection: Collection
  /** Record ids with counts. The id `''` means a list or search that found nothing. */
  readonly ids: readonly (readonly [id: string, count: number])[]
  /** Why it was refused, or where it was sent. */
  readonly reason?: string | undefined
}

/** A {@link NotedGroup} without its ids. */
export type Noted = Omit<NotedGroup, 'ids'>
