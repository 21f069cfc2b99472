import { setImmediate as nextTurn } from 'node:timers/promises'

import type { Actor } from '../space/actor.ts'
import type { Shown } from '../space/shown.ts'
import type { Collection } from '../store/collections.ts'
import { correctionKey } from '../store/correction-key.ts'
import { formsOfSource, sourceName, subjectSource } from '../store/source-name.ts'
import type { RecordQuery } from '../store/query.ts'
import type { StoredRecord } from '../store/record.ts'
import { usesOf } from '../store/uses-of.ts'
import { forgettable, parseTarget, reachable } from './forget-options.ts'
import type { ForgetFilter, ForgetTarget } from './forget-options.ts'

/** Records by their names as sources, in the order in which they were found: what is derived comes after its sources. */
export type Found = Map<string, Shown>

/** How many records are read at once. */
const atOnce = 500
/** How many are unpacked before others get a turn. */
const pageSize = 250

/**
 * The records to forget, as far as the principal can see them.
 *
 * @param ofAll - Whether a filter finds those of all authors, or one's own.
 * @throws OptionError
 */
export async function findTargets(
  actor: Actor,
  what: ForgetTarget,
  ofAll: boolean = actor.has('erase'),
): Promise<Found> {
  const found: Found = new Map()
  const target = parseTarget(what)
  if ('sources' in target) {
    for (const source of target.sources) add(found, await actor.find(source, 'all'))
    return found
  }
  const author = ofAll ? target.author : (target.author ?? actor.principal.id)
  for (const query of queriesOf({ ...target, ...(author !== undefined && { author }) }))
    for await (const record of pages(actor, query)) add(found, record)
  return found
}

/** Adds all that is derived from these records, step by step. */
export async function addDerived(actor: Actor, found: Found): Promise<void> {
  const lister = { query: (query: RecordQuery) => actor.query(query, 'all') }
  let frontier = [...found.keys()]
  while (frontier.length > 0) {
    const next: string[] = []
    for await (const record of usesOf(lister, frontier, reachable)) {
      if (add(found, record)) next.push(sourceName(record))
    }
    frontier = next
  }
}

/** What says why these records hold no more, or that they were confirmed: it goes with them, whoever wrote it. */
export async function correctionsOfAll(actor: Actor, records: readonly Shown[]): Promise<readonly Shown[]> {
  const found: StoredRecord[] = []
  for (let from = 0; from < records.length; from += atOnce) {
    const keys = records.slice(from, from + atOnce).map((record) => correctionKey(record))
    found.push(...(await actor.unseen.read(keys)).filter((record) => record !== undefined))
    await nextTurn()
  }
  return actor.seeAll('corrections', found)
}

/** A subject may be named in two forms; what matches both comes twice. */
function queriesOf({ subject, collection, ...filter }: ForgetFilter): Query[] {
  const forms = subject === undefined ? [undefined] : formsOfSource(subjectSource(subject))
  const kinds: readonly Collection[] =
    collection === undefined ? (subject === undefined ? forgettable : reachable) : [collection]
  return kinds.flatMap((kind) => forms.map((derivedFrom) => ({ ...filter, collection: kind, derivedFrom })))
}

type Query = Omit<RecordQuery, 'order' | 'limit' | 'after' | 'audience'>

async function* pages(actor: Actor, query: Query): AsyncGenerator<Shown> {
  let after: number | undefined
  do {
    const page = await actor.query({ ...query, order: 'oldest', limit: pageSize, after }, 'all')
    yield* page.records
    after = page.next
    await nextTurn()
  } while (after !== undefined)
}

/** Resolves to whether it is new. */
function add(found: Found, record: Shown | undefined): boolean {
  if (!record || found.has(sourceName(record))) return false
  found.set(sourceName(record), record)
  return true
}
