import type { View } from '@skein/memory'
import { collectionsWith } from '@skein/memory/store'
import type { PackagedRecord } from '@skein/memory/types'

import type { InboxDetail, PackagedItem } from '../protocol/protocol.ts'
import { cutText } from '../text/cut-text.ts'
import { inboxItem } from './inbox-items.ts'

/** UTF-16 units of a packaged value that are sent to the page. */
const maxValueLength = 20_000

/** Reads one escalation with its package. @throws NotFoundError, StoreError */
export async function inboxDetail(view: View, id: string): Promise<InboxDetail> {
  const [found, item] = await Promise.all([view.escalations.package(id), inboxItem(view, id)])
  const { timeline, leftOut, isCut } = found
  return {
    item,
    packaged: collectionsWith('packaged').map((collection) => {
      return { collection, items: found[collection].map(toPackaged) }
    }),
    timeline: timeline.map(({ at, collection, id: recordId, author }) => ({ at, collection, id: recordId, author })),
    ...(leftOut !== undefined && { leftOut }),
    isCut,
  }
}

function toPackaged({ id, author, at, value, derivedFrom }: PackagedRecord): PackagedItem {
  return { id, author, at, value: cutText(JSON.stringify(value), maxValueLength).text, derivedFrom }
}
