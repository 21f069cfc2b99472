import type { Actor } from '../space/actor.ts'
import type { Shown } from '../space/shown.ts'
import { correctionKey } from '../store/correction-key.ts'
import type { StoredRecord } from '../store/record.ts'
import { keyOfSource, sourceName } from '../store/source-name.ts'
import { asHeld, covers, isWithdrawn } from '../values/access.ts'
import { isSealed } from '../values/sealed-text.ts'
import { storedCorrection } from './correction.ts'
import type { StoredCorrection } from './correction.ts'
import { confirmedDigest } from './confirmed-digest.ts'
import { mayRest } from './walk-derived.ts'

/** Sources are looked up until there are so many records: doubts from farther away are left out. */
const mostRecords = 20_000

interface Node {
  readonly record: StoredRecord
  readonly isWithdrawn: boolean
  readonly correction: StoredCorrection | undefined
}

/**
 * Which corrected records are behind the doubt about each of some records, by name. A record is in doubt while something
 * that it was derived from, directly or through others that hold, was retracted or superseded, and it was not confirmed
 * after that. What the principal can't see causes no doubt that it could see.
 */
export async function doubtsOf(
  actor: Actor,
  records: readonly Shown[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const holding = records.filter(
    ({ collection, isWithdrawn: isGone, derivedFrom }) => !isGone && derivedFrom.length > 0 && mayRest(collection),
  )
  if (holding.length === 0) return new Map()
  const nodes = await sourcesOf(actor, holding)
  const uses = usesIn(nodes)
  const doubts = new Map<string, string[]>()
  for (const [name, node] of nodes) {
    if (!node.isWithdrawn) continue
    const { collection, id } = node.record
    const corrected = `${collection}/${id}`
    for (const doubtful of spread(name, corrected, nodes, uses)) {
      doubts.set(doubtful, [...(doubts.get(doubtful) ?? []), corrected])
    }
  }
  const found = holding.map((record) => [sourceName(record), doubts.get(sourceName(record)) ?? []] as const)
  return new Map(found.filter(([, names]) => names.length > 0))
}

/** The records and all that they were made from, step by step. */
async function sourcesOf(actor: Actor, records: readonly Shown[]): Promise<ReadonlyMap<string, Node>> {
  const nodes = new Map<string, Node>()
  const asked = new Set(records.map((record) => sourceName(record)))
  let frontier: readonly StoredRecord[] = records
  while (frontier.length > 0 && asked.size < mostRecords) {
    const corrections = await actor.unseen.read(frontier.map((record) => correctionKey(record)))
    for (const [index, record] of frontier.entries()) {
      nodes.set(sourceName(record), {
        record,
        isWithdrawn: isWithdrawn(record),
        correction: readable(actor, corrections[index]),
      })
    }
    const keys = frontier.flatMap((record) => (isWithdrawn(record) ? [] : sourceKeys(record, asked)))
    const found = keys.length === 0 ? [] : await actor.unseen.read(keys)
    frontier = found.filter(
      (record) => record !== undefined && covers(actor.audience, asHeld(record)),
    ) as StoredRecord[]
  }
  return nodes
}

function sourceKeys({ derivedFrom }: StoredRecord, asked: Set<string>): NonNullable<ReturnType<typeof keyOfSource>>[] {
  return derivedFrom.flatMap((source) => {
    const key = keyOfSource(source)
    if (!key || asked.has(sourceName(key))) return []
    asked.add(sourceName(key))
    return key
  })
}

function readable(actor: Actor, record: StoredRecord | undefined): StoredCorrection | undefined {
  return record && covers(actor.audience, record) && !isSealed(record.value) ? storedCorrection(record) : undefined
}

/** What was made from each record, by names. */
function usesIn(nodes: ReadonlyMap<string, Node>): ReadonlyMap<string, readonly string[]> {
  const uses = new Map<string, string[]>()
  for (const [name, { record }] of nodes) {
    for (const source of record.derivedFrom) {
      const key = keyOfSource(source)
      if (!key) continue
      const of = sourceName(key)
      uses.set(of, [...(uses.get(of) ?? []), name])
    }
  }
  return uses
}

/** The names of what a corrected record casts doubt on. Doubt continues from what holds, and ends at what was confirmed. */
function spread(
  from: string,
  corrected: string,
  nodes: ReadonlyMap<string, Node>,
  uses: ReadonlyMap<string, readonly string[]>,
): ReadonlySet<string> {
  const reached = new Set<string>()
  const next = [from]
  for (let name = next.pop(); name !== undefined; name = next.pop()) {
    for (const use of uses.get(name) ?? []) {
      const node = nodes.get(use)
      if (!node || node.isWithdrawn || reached.has(use) || isConfirmed(node, corrected)) continue
      reached.add(use)
      next.push(use)
    }
  }
  return reached
}

function isConfirmed({ record, correction }: Node, corrected: string): boolean {
  return correction?.despite?.includes(corrected) === true && correction.of === confirmedDigest(record)
}
