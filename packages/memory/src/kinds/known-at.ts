import { auditBatchOf } from '../audit/audit-log.ts'
import type { Actor } from '../space/actor.ts'
import type { Space } from '../space/space.ts'
import { hasTrait } from '../store/collections.ts'
import type { Collection } from '../store/collections.ts'
import type { RecordKey, Seq } from '../store/record.ts'
import { recordPages } from '../store/record-pages.ts'
import { covers } from '../values/access.ts'
import type { Level } from '../values/access.ts'
import { CorruptRecordError, NotFoundError } from '../values/errors.ts'
import { HistoryError } from '../values/history-error.ts'
import { decodeJson } from '../values/json.ts'

/** A record that the author of a decision had read, as it was then. */
export interface KnownRecord {
  readonly collection: Collection
  readonly id: string
  /** When it was read last before the decision, Unix milliseconds: when the audit noted that, up to 100 ms later. */
  readonly readAt: number
  /** How often it was read before the decision. */
  readonly reads: number
  readonly version: number
  readonly value: unknown
  readonly sensitivity: Level
  readonly compartments: readonly string[]
}

/** What the author of a decision could have known. */
export interface KnownAt {
  /** The records that it had read, those read last first. */
  readonly records: readonly KnownRecord[]
  /** How many others within this principal's clearance it had read of which nothing is kept. */
  readonly lost: number
}

/** How much later than a read its note in the audit may be, in milliseconds. */
const noteDelayMs = 200
const pageSize = 500
const reading: ReadonlySet<string> = new Set(['read', 'list', 'search', 'watch'])

/**
 * What the author of a decision had read before it, by the audit, with the values of then.
 *
 * @throws NotFoundError; AccessError where it is somebody else's, without the right `audit`
 */
export async function knownAt(space: Space, actor: Actor, id: string): Promise<KnownAt> {
  const key = { collection: 'decisions', id } as const
  const decision = await actor.read(key, 'audit', 'all')
  if (!decision) throw new NotFoundError('decision', id)
  const { author, createdAt, seq } = decision
  if (author !== actor.principal.id) actor.requireRight('audit', 'audit', { collection: 'audit', id: '' })
  await space.auditSettled()
  const reads = await readsOf(actor, author, createdAt)
  reads.delete(nameOf(key))
  const records: KnownRecord[] = []
  let lost = 0
  for (const { at, count, ...read } of [...reads.values()].toSorted((a, b) => b.at - a.at)) {
    const known = await valueThen(actor, read.key, Math.min(at, createdAt), seq)
    if (known) records.push({ ...read.key, readAt: at, reads: count, ...known })
    else lost += 1
  }
  return { records, lost }
}

interface Read {
  readonly key: RecordKey
  readonly at: number
  readonly count: number
}

/** What somebody read up to a time, by name. */
async function readsOf(actor: Actor, agent: string, until: number): Promise<Map<string, Read>> {
  const reads = new Map<string, Read>()
  const query = { collection: 'audit', tags: [agent], limit: pageSize } as const
  for await (const page of recordPages(actor.unseen, query)) {
    for (const { value } of page) {
      const { at, groups } = auditBatchOf(value)
      if (at > until + noteDelayMs) continue
      for (const { agent: reader, action, outcome, collection, ids, ...label } of groups) {
        if (reader !== agent || outcome !== 'hit' || !reading.has(action) || !hasTrait(collection, 'shown')) continue
        // Of what is above the clearance, not even the number of reads is told.
        if (!covers(actor.audience, label)) continue
        for (const [id, times] of ids) {
          const key = { collection, id }
          const before = reads.get(nameOf(key))
          const count = (before?.count ?? 0) + times
          reads.set(nameOf(key), { key, at: Math.max(at, before?.at ?? 0), count })
        }
      }
    }
  }
  return reads
}

/** A record at a time, before the decision; `undefined` where that is not kept, or above the clearance. */
async function valueThen(
  actor: Actor,
  key: RecordKey,
  asOf: number,
  decision: Seq,
): Promise<Omit<KnownRecord, keyof RecordKey | 'readAt' | 'reads'> | undefined> {
  try {
    const record = await actor.past.read(key, asOf, 'audit', decision)
    if (!record) return undefined
    const { version, value, sensitivity, compartments } = record
    return { version, value: decodeJson(value), sensitivity, compartments }
  } catch (error) {
    if (error instanceof HistoryError || error instanceof CorruptRecordError) return undefined
    throw error
  }
}

function nameOf({ collection, id }: RecordKey): string {
  return `${collection}/${id}`
}
