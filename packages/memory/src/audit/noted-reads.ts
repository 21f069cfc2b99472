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
  | 'audit'
  | 'administer'

/** Its outcome. A `refused` record was not shown, nor was its existence. */
export type NotedOutcome = 'hit' | 'miss' | 'refused'

/** Equal actions of one principal on records of one collection and label, with how often each came. */
export interface NotedGroup extends Label {
  readonly agent: string
  readonly action: NotedAction
  readonly outcome: NotedOutcome
  readonly collection: Collection
  /** `''` stands for a list or search that found nothing. */
  readonly ids: readonly (readonly [id: string, count: number])[]
  /** Why it was refused, or where it was sent. */
  readonly reason?: string | undefined
}

/** A {@link NotedGroup} without its ids. */
export type Noted = Omit<NotedGroup, 'ids'>
