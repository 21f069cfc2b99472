import { setImmediate as nextTurn } from 'node:timers/promises'

import type { Actor } from '../space/actor.ts'
import type { Shown } from '../space/shown.ts'
import { collectionsWith, hasTrait } from '../store/collections.ts'
import type { PastVersion } from '../store/past.ts'
import type { RecordKey, Seq } from '../store/record.ts'
import { keyOfSource, shownSource, sourceName } from '../store/source-name.ts'
import type { Store } from '../store/store.ts'
import type { Aim } from './aim.ts'
import type { Found } from './find-targets.ts'
import { isHeld } from './hold.ts'
import type { HoldRule } from './hold.ts'

const pageSize = 100

/** A past version to forget: the present one of its record stays, or there is none. */
export type PastShown = Shown & { readonly isPast: true }

/**
 * The past versions to forget beside those of the records that go whole: what a filter finds, what was deleted under a
 * name that is given, and with `reaches` what names something that goes as its source. There is no index of them, so
 * this looks at all, unless only names are asked for.
 */
export async function findPast(actor: Actor, aim: Aim, found: Found, reaches: boolean): Promise<readonly PastShown[]> {
  const isMeant = (record: Shown): boolean =>
    (reaches && record.derivedFrom.some((source) => found.has(shownSource(source)))) || aim.means(record)
  const meant: PastShown[] = []
  const isOfNamesAlone = aim.names.size > 0 && !reaches
  const pages = isOfNamesAlone ? pastOf(actor.unseen, [...aim.names]) : allPast(actor.unseen)
  for await (const [key, versions] of pages) {
    if (found.has(sourceName(key))) continue
    for (const { record, deleted } of versions) {
      const shown = deleted && !aim.names.has(sourceName(key)) ? undefined : actor.see(key, record, 'unnoted')
      if (shown && isMeant(shown)) meant.push({ ...shown, isPast: true })
    }
  }
  return meant
}

/** The past versions that a hold keeps, as far as the principal sees them. */
export async function pastKeptBy(actor: Actor, rule: HoldRule): Promise<readonly PastShown[]> {
  const kept: PastShown[] = []
  for await (const [key, versions] of allPast(actor.unseen)) {
    for (const { record, deleted } of versions) {
      const shown = deleted ? undefined : actor.see(key, record, 'unnoted')
      if (shown && isHeld(shown, { rules: [rule] })) kept.push({ ...shown, isPast: true })
    }
  }
  return kept
}

/** The past versions of records by their names as sources. */
async function* pastOf(
  store: Pick<Store, 'past'>,
  names: readonly string[],
): AsyncGenerator<readonly [key: RecordKey, versions: readonly PastVersion[]]> {
  const keys = names.flatMap((name) => keyOfSource(name) ?? []).filter(isRecalled)
  for (let from = 0; from < keys.length; from += pageSize) {
    const page = keys.slice(from, from + pageSize)
    const found = await store.past(page)
    for (const [index, key] of page.entries()) yield [key, found[index] ?? []]
  }
}

/** The past versions of all records. */
async function* allPast(
  store: Pick<Store, 'past' | 'pastIds'>,
): AsyncGenerator<readonly [key: RecordKey, versions: readonly PastVersion[]]> {
  for (const collection of collectionsWith('recalled')) {
    let after: string | undefined
    do {
      const { ids, next } = await store.pastIds({ collection, prefix: '', limit: pageSize, after })
      const keys = ids.map((id) => ({ collection, id }))
      const found = await store.past(keys)
      for (const [index, key] of keys.entries()) yield [key, found[index] ?? []]
      after = next
      await nextTurn()
    } while (after !== undefined)
  }
}

/** Erases the past versions of records, up to a position, and up to a version where one is given. */
export async function erasePast(
  store: Store,
  keys: readonly (RecordKey & { readonly version?: number })[],
  upTo: Seq = Infinity,
): Promise<void> {
  const recalled = keys.filter(isRecalled)
  if (recalled.length === 0) return
  const found = await store.past(recalled)
  for (const [index, key] of recalled.entries()) {
    const { version: last = Infinity } = key
    const due = (found[index] ?? []).filter(({ record }) => record.seq <= upTo && record.version <= last)
    if (due.length > 0)
      await store.changePast(
        key,
        due.map(({ record: { version } }) => ({ version })),
      )
  }
}

function isRecalled({ collection }: RecordKey): boolean {
  return hasTrait(collection, 'recalled')
}
