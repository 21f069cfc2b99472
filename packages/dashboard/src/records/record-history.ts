import type { View } from '@skein/memory'
import type { AnyRecord } from '@skein/memory/runtime'
import type { Change } from '@skein/memory/store'

import type { RecordDetail } from '../protocol/protocol.ts'
import type { SeenValues } from './recent-versions.ts'

/** Entries of the feed that are looked through for the versions of one record, the newest ones. */
const mostLooked = 50_000
const mostVersions = 200

/**
 * The writes of a record that the feed tells of, newest first, with the values that are still known.
 *
 * @throws StoreError
 */
export async function historyOf(
  view: View,
  { collection, id, seq, version }: Pick<AnyRecord, 'collection' | 'id' | 'seq' | 'version'>,
  seen: SeenValues,
): Promise<RecordDetail['history']> {
  const changes: Change[] = []
  for (let after = Math.max(0, seq - mostLooked); after < seq;) {
    // The first version was made by the change that wrote it: there is nothing to look for.
    if (version === 1) after = seq - 1
    const page = await view.feed.read({ after, limit: 1_000, collections: [collection] })
    for (const entry of page.entries) {
      if (entry.type === 'change' && entry.change.id === id) {
        changes.push(entry.change)
      }
    }
    if (page.seq === after) break
    after = page.seq
  }
  return changes
    .filter(({ op }) => op === 'set')
    .slice(-mostVersions)
    .toReversed()
    .map(({ version: made, author, at }) => {
      const value = seen.get(collection, id, made)
      return { version: made, author, at, ...(value !== undefined && { value }) }
    })
}
