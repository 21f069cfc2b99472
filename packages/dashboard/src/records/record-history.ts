import type { View } from '@skein/memory'
import type { AnyRecord } from '@skein/memory/runtime'
import type { Change } from '@skein/memory/store'

import type { RecordDetail } from '../protocol/protocol.ts'
import { cutText } from '../text/cut-text.ts'
import type { RecentVersions } from '../kept/recent-versions.ts'

/** How many entries of the feed are searched for the versions of one record, back from its last write. */
const maxSearched = 50_000
const maxVersions = 200

/** UTF-16 units of an earlier value that are sent to the page. */
const maxValueLength = 20_000

/**
 * Finds a record's writes in the feed, newest first, with the values that are
 * still cached; of a fact also those that the memory keeps, and its deletes.
 *
 * @throws StoreError
 */
export async function historyOf(
  view: View,
  { collection, id, seq, version }: Pick<AnyRecord, 'collection' | 'id' | 'seq' | 'version'>,
  recentVersions: RecentVersions,
): Promise<RecordDetail['history']> {
  const changes: Change[] = []
  for (let after = Math.max(0, seq - maxSearched); after < seq;) {
    // Version 1 is the only write, so there is nothing to search for.
    if (version === 1) after = seq - 1
    const page = await view.feed.read({ after, limit: 1_000, collections: [collection] })
    for (const entry of page.entries) {
      if (entry.type === 'change' && entry.change.id === id) changes.push(entry.change)
    }
    if (page.seq === after) break
    after = page.seq
  }
  const written = changes
    .filter(({ op }) => op === 'set')
    .map((change) => {
      const value = recentVersions.get(collection, id, change.version)
      return { version: change.version, author: change.author, at: change.at, ...(value !== undefined && { value }) }
    })
  const kept = collection === 'facts' ? await keptVersions(view, id) : []
  const versions = new Map([...written, ...kept].map((entry) => [entry.version, entry]))
  return [...versions.values()].toSorted((one, other) => other.version - one.version).slice(0, maxVersions)
}

type Versions = RecordDetail['history']

/** The versions of a fact that the memory keeps. */
async function keptVersions(view: View, key: string): Promise<Versions> {
  const versions = await view.facts.history(key)
  return versions.map(({ version, author, at, deleted, value }) => {
    const written = { version, author, at }
    return deleted
      ? { ...written, isDeleted: true }
      : { ...written, value: cutText(JSON.stringify(value), maxValueLength).text }
  })
}
