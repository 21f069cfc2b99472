import type { Actor } from '../space/actor.ts'
import type { StoredSpace } from '../space/space.ts'
import { sourceName } from '../store/source-name.ts'
import type { RecordQuery } from '../store/query.ts'
import { usesOf } from '../store/uses-of.ts'
import { noteOf } from './carry-out.ts'

/**
 * Forgets results of work that were stored while the erasure was prepared: whoever looked for what is derived could not
 * see them yet. Work that ends later sees that it has read what is gone, and keeps nothing.
 *
 * @param names - Of what is gone, and of subjects of which nothing is to be left.
 * @returns how many results are gone.
 */
export async function forgetLate(
  space: StoredSpace,
  actor: Actor,
  names: Iterable<string>,
  reason: string,
): Promise<number> {
  let count = 0
  const lister = { query: (query: RecordQuery) => actor.query(query, 'all') }
  for (let frontier = [...names]; frontier.length > 0;) {
    const late: string[] = []
    for await (const record of usesOf(lister, frontier, ['work'])) {
      if (!(record.author === actor.principal.id || actor.has('erase'))) continue
      const { collection, id, version } = record
      const noted = actor.audited([noteOf(record, actor.principal.id, reason)])
      const { ok } = await actor.commit([{ type: 'delete', key: { collection, id }, ifVersion: version }, noted])
      if (ok) late.push(sourceName(record))
    }
    count += late.length
    frontier = late
  }
  if (count > 0) await space.whole.scrub()
  return count
}
