import { hasTrait } from '../store/collections.ts'
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
  const recalled = records.filter(({ collection }) => hasTrait(collection, 'recalled'))
  const found = recalled.length === 0 ? [] : await store.past(recalled)
  const kept = recalled.filter((_, n) => found[n]?.some(({ record }) => isHeld(record, holds)))
  return new Set([...records.filter((record) => isHeld(record, holds)), ...kept])
}
