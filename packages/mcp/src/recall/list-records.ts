import type { View } from '@skein/memory'
import { collectionsWith } from '@skein/memory/store'
import type { Collection } from '@skein/memory/store'

import { gistOf } from '../session/quote.ts'
import type { Gist } from '../session/quote.ts'
import type { RecallFilter } from './recall-filter.ts'

/** A page of a list. */
interface ListAnswer {
  readonly items: readonly Gist[]
  /** Continues the list. */
  readonly cursor?: string
}

/** Lists what was written last, of one kind or of all, the alerts for this client first. */
export async function listRecords(
  view: View,
  { kind, task, cursor }: RecallFilter,
  limit: number,
): Promise<ListAnswer> {
  if (kind === 'alerts') return { items: await alertsFor(view, task, limit) }
  const kinds: readonly Collection[] = kind === undefined ? [...collectionsWith('packaged'), 'escalations'] : [kind]
  const filter = { limit, ...(task !== undefined && { task }), ...(cursor !== undefined && { cursor }) }
  const alerts = kind === undefined && cursor === undefined ? await alertsFor(view, task, limit) : []
  const pages = await Promise.all(kinds.map((collection) => view.records.list({ ...filter, collection })))
  const newest = pages.flatMap(({ items }) => items).toSorted((a, b) => b.seq - a.seq)
  const shown = newest.slice(0, limit)
  const isLast = newest.length <= limit && pages.every((page) => page.cursor === undefined)
  const end = shown.at(-1)?.seq
  // A cursor is a position in the order of writing, the same for all kinds.
  const next = isLast || end === undefined ? {} : { cursor: String(end) }
  return { items: [...alerts, ...shown.map((record) => gistOf(record))], ...next }
}

/** The oldest of them: the others follow once these are marked as done. */
async function alertsFor(view: View, task: string | undefined, limit: number): Promise<readonly Gist[]> {
  const pending = await view.alerts.pending()
  return pending
    .filter((alert) => task === undefined || alert.task === task)
    .slice(0, limit)
    .map(({ id, from, insight, sentAt, task: of }) =>
      gistOf({ collection: 'alerts', id, author: from, updatedAt: sentAt, task: of, value: insight }),
    )
}
