import type { Change, ChangePage, Seq } from '@skein/memory/store'

import type { RedisClient } from '../connection/redis-client.ts'
import { unpackChanges } from '../records/feed-lines.ts'

/** Reads up to `limit` changes of a space after a position. Throws what the client throws. */
export async function readChanges(client: RedisClient, base: string, after: Seq, limit: number): Promise<ChangePage> {
  const feed = `${base}feed`
  const end = after + limit
  // The last of them may be in an entry that holds later ones too. That entry is read first, when everything before it
  // is there already, and the position last: what comes in between is in the next page.
  const [next, entries, [first], [position, incarnation]] = await Promise.all([
    client.xrange(feed, `(${end}-0`, '+', 'COUNT', 1),
    client.xrange(feed, `(${after}-0`, `${end}-0`, 'COUNT', limit),
    client.xrange(feed, '-', '+', 'COUNT', 1),
    client.hmget(`${base}meta`, 'seq', 'incarnation'),
  ])
  const last = Number(position ?? 0)
  const begins = (first && changesOf(first)[0]?.seq) ?? last + 1
  return {
    // The reader may have some changes of the first entry already.
    changes: [...entries, ...next]
      .flatMap(changesOf)
      .filter(({ seq }) => seq > after)
      .slice(0, limit),
    last,
    trimmed: after < last && after + 1 < begins,
    incarnation: incarnation ?? undefined,
  }
}

/** The changes of an entry, whose id is the position of the last one. */
function changesOf([id, [, lines = '']]: readonly [id: string, fields: readonly string[]]): Change[] {
  return unpackChanges(Number(id.slice(0, id.indexOf('-'))), lines)
}
