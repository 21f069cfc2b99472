import { NotFoundError } from '@skein/memory'
import type { View } from '@skein/memory'
import { escalationOf, hasEnded } from '@skein/memory/runtime'
import type { AnyRecord } from '@skein/memory/runtime'

import type { InboxItem } from '../protocol/protocol.ts'

/** How many of the newest escalations are read. */
const maxRead = 5_000
/** How many ended escalations are listed. */
const maxEnded = 200
const pageSize = 500

/** Lists escalations, oldest first: all that are open or taken, and the newest that have ended. @throws StoreError */
export async function inboxItems({ records }: View): Promise<readonly InboxItem[]> {
  const items: InboxItem[] = []
  let endedCount = 0
  let cursor: string | undefined
  for (let readCount = 0; readCount < maxRead; readCount += pageSize) {
    const page = await records.list({
      collection: 'escalations',
      limit: pageSize,
      ...(cursor !== undefined && { cursor }),
    })
    for (const item of page.items.map(toItem)) {
      const isOver = hasEnded(item)
      if (isOver) endedCount += 1
      if (!isOver || endedCount <= maxEnded) items.push(item)
    }
    cursor = page.cursor
    if (cursor === undefined) break
  }
  // A stable sort: escalations of the same millisecond keep the order of the feed.
  return items.toReversed().toSorted((a, b) => a.openedAt - b.openedAt)
}

/** Reads one escalation. @throws NotFoundError, StoreError */
export async function inboxItem({ records }: View, id: string): Promise<InboxItem> {
  const record = await records.get('escalations', id)
  if (!record) throw new NotFoundError('escalation', id)
  return toItem(record)
}

function toItem(record: AnyRecord): InboxItem {
  const { expiresAt } = record
  const escalation = escalationOf(record)
  const { id, version, state, task, reason, question, assignedTo, openedBy, takenBy, answer } = escalation
  return {
    id,
    version,
    state,
    task,
    reason,
    ...(question !== undefined && { question }),
    ...(assignedTo !== undefined && { assignedTo }),
    openedBy,
    ...(takenBy !== undefined && { takenBy }),
    ...(answer !== undefined && { answer: JSON.stringify(answer) }),
    openedAt: escalation.openedAt,
    updatedAt: escalation.updatedAt,
    ...(expiresAt !== undefined && { expiresAt }),
  }
}
