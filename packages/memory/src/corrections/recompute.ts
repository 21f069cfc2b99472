import type { Unseen } from '../space/sight.ts'
import { hasTrait } from '../store/collections.ts'
import type { RecordKey } from '../store/record.ts'
import { keyOfSource } from '../store/source-name.ts'
import { isWithdrawn } from '../values/access.ts'
import type { Derived } from './walk-derived.ts'

/** The tag of results of work that are forgotten when something is retracted that the work has read. */
export const recomputeTag = 'recompute'

/** Whether something among these sources has been retracted or superseded. */
export async function restsOnWithdrawn(unseen: Pick<Unseen, 'read'>, sources: readonly string[]): Promise<boolean> {
  const keys = sources.flatMap((name) => keyOfSource(name) ?? [])
  const correctable = keys.filter(({ collection }) => hasTrait(collection, 'correctable'))
  const records = correctable.length === 0 ? [] : await unseen.read(correctable)
  return records.some((record) => record !== undefined && isWithdrawn(record))
}

/** Whether something among these sources is not there any longer. */
export async function restsOnGone(unseen: Pick<Unseen, 'read'>, sources: readonly string[]): Promise<boolean> {
  const keys = sources.flatMap((name) => keyOfSource(name) ?? [])
  return keys.length > 0 && (await unseen.read(keys)).includes(undefined)
}

/** The deletes of results that are to be forgotten among what was made from a corrected record, whoever may see them. */
export function forgottenWork(
  derived: readonly Derived[],
): { readonly type: 'delete'; readonly key: RecordKey; readonly ifVersion: number }[] {
  return derived
    .filter(({ record: { collection, tags } }) => collection === 'work' && tags.includes(recomputeTag))
    .map(({ record: { collection, id, version } }) => ({ type: 'delete', key: { collection, id }, ifVersion: version }))
}
