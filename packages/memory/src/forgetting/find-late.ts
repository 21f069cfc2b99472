import { setImmediate as nextTurn } from 'node:timers/promises'

import type { Actor } from '../space/actor.ts'
import type { Shown } from '../space/shown.ts'
import type { Seq, StoredRecord } from '../store/record.ts'
import { keyOfSource, shownSource, sourceName } from '../store/source-name.ts'
import type { Found } from './find-targets.ts'
import { isKeptByAgents, namingAmong } from './find-naming.ts'
import { reachable } from './forget-options.ts'
import { isSealed } from '../values/sealed-text.ts'
import { isAbout } from './may-erase.ts'

const pageSize = 250
const kinds = [...reachable, 'agents'] as const

/** What an erasure has missed, if it was written while the erasure was prepared. */
export interface Missing {
  /** Where to begin: a position before the search for what goes. */
  readonly after: Seq
  /** What went, by name. */
  readonly gone: ReadonlyMap<string, Pick<StoredRecord, 'version' | 'createdAt'>>
  /** Whether it went some time after its erasure was in force, so that somebody who had not heard could write over it. */
  readonly isOverwritable: boolean
  /** Names of records: what is derived from them is looked for. */
  readonly sources: Iterable<string>
  /** Whom all of it is about, where that is the only question. */
  readonly subject?: string | undefined
  /** Whether a record was asked for. */
  means(record: StoredRecord): boolean
  /** Whether a record was there before the erasure was in force: others that are alike are something new. */
  isInTime(record: StoredRecord): boolean
}

/** What was found. */
export interface Late {
  /** It was asked for, or written over what went. */
  readonly meant: readonly Shown[]
  /** It is derived from something that went, or that was found here. */
  readonly derived: readonly Shown[]
  /** It says why something of this holds no more. */
  readonly said: readonly Shown[]
  /** Whether something that agents keep is sealed, and can't be looked at without its key. */
  readonly isBlind: boolean
}

/**
 * Finds what was written while an erasure was prepared: whoever looked for what goes could not see it yet. That is what
 * was asked for, what is derived from something that went, and what somebody wrote over it without having heard that it
 * goes: it may have been computed from the value before. Who has heard of it makes a new record, which stays.
 */
export async function findLate(actor: Actor, missing: Missing): Promise<Late> {
  const recent = await writtenAfter(actor, missing.after)
  const meant: Found = new Map()
  const anew = new Map<string, number>()
  for (const record of recent) {
    const name = sourceName(record)
    const before = missing.gone.get(name)
    const isNewer = before !== undefined && record.version > before.version
    const continues = isNewer && missing.isOverwritable && record.createdAt === before.createdAt
    if (continues || (missing.means(record) && missing.isInTime(record))) note(meant, actor, record)
    else if (isNewer) anew.set(name, record.createdAt)
  }
  const sources = new Set([...missing.sources, ...meant.keys()])
  /** Whether it was made from what went, and not from what has its name by now. */
  const isMadeFrom = (source: string, { updatedAt }: StoredRecord): boolean =>
    sources.has(source) && updatedAt < (anew.get(source) ?? Infinity)
  const rest = recent.filter((record) => !missing.gone.has(sourceName(record)))
  const derived: Found = new Map()
  for (let size = -1; size < sources.size;) {
    size = sources.size
    for (const record of rest) {
      const name = sourceName(record)
      if (sources.has(name) || !record.derivedFrom.some((source) => isMadeFrom(shownSource(source), record))) continue
      if (note(derived, actor, record)) sources.add(name)
    }
  }
  const kept = rest.filter(isKeptByAgents)
  const names = [...sources].filter((name) => !anew.has(name)).flatMap((name) => keyOfSource(name) ?? [])
  const naming = [
    ...(await namingAmong(kept, names, undefined)),
    ...(await namingAmong(
      kept.filter((record) => missing.isInTime(record)),
      [],
      missing.subject,
    )),
  ]
  for (const record of naming) if (!meant.has(sourceName(record))) note(derived, actor, record)
  const said: Found = new Map()
  const about = { has: (name: string) => sources.has(name) || missing.gone.has(name) }
  for (const record of rest) if (isAbout(record, about)) note(said, actor, record)
  const isBlind = kept.some(({ value }) => isSealed(value))
  return { meant: [...meant.values()], derived: [...derived.values()], said: [...said.values()], isBlind }
}

/** Resolves to whether the principal can see it. */
function note(found: Found, actor: Actor, record: StoredRecord): boolean {
  const shown = actor.see(record, record, 'unnoted', 'all')
  if (shown) found.set(sourceName(record), shown)
  return shown !== undefined
}

/** What was written after a position and is there, of all kinds that can go, unchecked. */
async function writtenAfter(actor: Actor, position: Seq): Promise<readonly StoredRecord[]> {
  const found: StoredRecord[] = []
  for (const collection of kinds) {
    let after: Seq | undefined = position
    do {
      const page = await actor.unseen.query({ collection, order: 'oldest', limit: pageSize, after })
      found.push(...page.records)
      after = page.next
      await nextTurn()
    } while (after !== undefined)
  }
  return found
}
