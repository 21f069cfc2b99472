import { hasTrait } from '../store/collections.ts'
import type { RecordKey } from '../store/record.ts'
import type { Store } from '../store/store.ts'
import { isHeld } from './hold.ts'
import type { Holdable, HoldsInForce } from './hold.ts'

/** Those of some records that are held, or of which a past version is: with the record, its whole past would go. */
export async function heldAmong<Given extends Holdable>(
  store: Pick<Store, 'past'>,
  records: readonly Given[],
  holds: HoldsInForce,
): Promise<ReadonlySet<Given>> {
  if (holds.rules.length === 0) return new Set()
  const kept = await heldPastAmong(store, records, holds)
  return new Set([...records.filter((record) => isHeld(record, holds)), ...kept])
}

/** Those of some keys of which a past version is held. */
export async function heldPastAmong<Key extends RecordKey>(
  store: Pick<Store, 'past'>,
  keys: readonly Key[],
  holds: HoldsInForce,
): Promise<ReadonlySet<Key>> {
  const recalled = keys.filter(({ collection }) => hasTrait(collection, 'recalled'))
  const found = recalled.length === 0 ? [] : await store.past(recalled)
  return new Set(recalled.filter((_, n) => found[n]?.some(({ record }) => isHeld(record, holds))))
}
