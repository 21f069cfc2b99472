import type { Actor } from '../space/actor.ts'
import type { OwnMutation, Shown } from '../space/shown.ts'
import type { StoredSpace } from '../space/space.ts'
import { correctedKey } from '../store/correction-key.ts'
import type { RecordKey } from '../store/record.ts'
import { sourceName } from '../store/source-name.ts'
import { HeldError } from '../values/held-error.ts'
import { heldAmong } from './held-among.ts'
import { isHeld, readHolds, sameHolds } from './hold.ts'
import type { HoldsInForce } from './hold.ts'

/** Whether a principal may erase a record: its own, or with the right, anybody's. */
export function mayErase(actor: Actor, { author }: Pick<Shown, 'author'>): boolean {
  return author === actor.principal.id || actor.has('erase')
}

/** @throws AccessError where the principal may not erase a record */
export function requireMayErase(actor: Actor, record: Shown): void {
  if (!mayErase(actor, record)) actor.requireRight('erase', 'erase', record, record)
}

/** Whether it tells why something that goes holds no more: then it goes as well, whoever wrote it. */
export function isAbout(record: RecordKey, names: { has(name: string): boolean }): boolean {
  const corrected = correctedKey(record)
  return corrected !== undefined && names.has(sourceName(corrected))
}

/** What refuses an erasure once somebody holds more, or less. @throws HeldError where one of these, or its past, is held */
export async function requireUnheld(space: StoredSpace, records: readonly Shown[]): Promise<OwnMutation> {
  const holds = await readHolds(space.whole)
  const held = await heldOf(space, records, holds)
  if (held.size > 0) throw new HeldError([...held])
  return sameHolds(holds)
}

/** Those of some records, and past versions of others, that are held now. */
export async function heldOf(
  space: StoredSpace,
  records: readonly Shown[],
  holds: HoldsInForce,
): Promise<ReadonlySet<Shown>> {
  const kept = await heldAmong(space.whole, records.filter(isWhole), holds)
  return new Set([...kept, ...records.filter((record) => !isWhole(record) && isHeld(record, holds))])
}

/** Whether a record goes as it is, and not a past version of it alone. */
export function isWhole(record: RecordKey & { readonly isPast?: boolean | undefined }): boolean {
  return record.isPast !== true
}
