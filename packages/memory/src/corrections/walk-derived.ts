import type { Unseen } from '../space/sight.ts'
import { collectionsWith, hasTrait } from '../store/collections.ts'
import type { Collection } from '../store/collections.ts'
import type { RecordKey, StoredRecord } from '../store/record.ts'
import { sourceName } from '../store/source-name.ts'
import { usesOf } from '../store/uses-of.ts'

/** A record that was made from another one, directly or through others. */
export interface Derived {
  readonly record: StoredRecord
  /** Steps from that one. */
  readonly distance: number
}

/** Whether records of a kind may rest on others. A correction and an alert are about a record, and don't. */
export function mayRest(collection: Collection): boolean {
  return hasTrait(collection, 'derived') && collection !== 'corrections' && collection !== 'alerts'
}

const resting: readonly Collection[] = collectionsWith('derived').filter((collection) => mayRest(collection))

/**
 * All that is derived from a record, nearest first.
 *
 * @param isSeen - Leaves out a record, and what was made from it alone; without it all is found, whoever may see it.
 */
export async function walkDerived(
  unseen: Pick<Unseen, 'query'>,
  root: RecordKey,
  isSeen: (record: StoredRecord) => boolean = () => true,
): Promise<readonly Derived[]> {
  const seen = new Set([sourceName(root)])
  const found: Derived[] = []
  let frontier: readonly string[] = [...seen]
  for (let distance = 1; frontier.length > 0; distance += 1) {
    const next: string[] = []
    for await (const record of usesOf(unseen, frontier, resting)) {
      const name = sourceName(record)
      if (seen.has(name) || !isSeen(record)) continue
      seen.add(name)
      next.push(name)
      found.push({ record, distance })
    }
    frontier = next
  }
  return found
}
