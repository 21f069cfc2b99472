import { setImmediate as nextTurn } from 'node:timers/promises'

import { hasTrait } from '../store/collections.ts'
import type { RecordKey } from '../store/record.ts'
import type { Store } from '../store/store.ts'
import { inSlices } from '../space/in-slices.ts'
import { isHeld } from './hold.ts'
import type { Holdable, HoldsInForce } from './hold.ts'

/** Of so many keys the past is read at a time. */
const pageSize = 100

/** Those of some records that are held, or of which a past version is: with the record, its whole past would go. */
export async function heldAmong<Given extends Holdable>(
  store: Pick<Store, 'past'>,
  records: readonly Given[],
  holds: HoldsInForce,
): Promise<ReadonlySet<Given>> {
  if (holds.rules.length === 0) return new Set()
  const kept = await heldPastAmong(store, records, holds)
  const held = new Set<Given>(kept)
  await inSlices(records, (record) => void (isHeld(record, holds) && held.add(record)))
  return held
}

/** Those of some keys of which a past version is held. */
export async function heldPastAmong<Key extends RecordKey>(
  store: Pick<Store, 'past'>,
  keys: readonly Key[],
  holds: HoldsInForce,
): Promise<ReadonlySet<Key>> {
  const recalled = keys.filter(({ collection }) => hasTrait(collection, 'recalled'))
  const held = new Set<Key>()
  for (let from = 0; from < recalled.length; from += pageSize) {
    const page = recalled.slice(from, from + pageSize)
    const found = await store.past(page)
    for (const [n, key] of page.entries()) if (found[n]?.some(({ record }) => isHeld(record, holds))) held.add(key)
    await nextTurn()
  }
  return held
}
