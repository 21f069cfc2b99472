import { covers } from '../values/access.ts'
import type { Level } from '../values/access.ts'
import type { Actor } from '../space/actor.ts'
import { decodeJson } from '../values/json.ts'
import { isSealed } from '../values/sealed-text.ts'
import type { Space } from '../space/space.ts'
import type { FactEntry } from '../federation/fact-state.ts'
import { decodeReplica, replicaKey, shownEntries } from '../federation/fact-replica.ts'

/** A write of a fact that lost against the present one, whose writer did not know of it. */
export interface FactConflict<T = unknown> {
  /** `undefined` when what lost was a delete. */
  readonly value: T | undefined
  readonly isDelete: boolean
  readonly author: string
  /** The node that it was written on. */
  readonly node: string
  /** When, Unix milliseconds by the clock of that node's store. */
  readonly at: number
  readonly task: string | undefined
  readonly tags: readonly string[]
  readonly importance: number | undefined
  readonly sensitivity: Level
  readonly compartments: readonly string[]
}

/** What lost against the present value of a fact, the best first, as far as the actor may see it. */
export async function conflictsOf<T>(space: Space, actor: Actor, key: string): Promise<FactConflict<T>[]> {
  const [fact, record] = await space.store.read([{ collection: 'facts', id: key }, replicaKey(key)])
  // An error belongs to whoever may see what it is about.
  if (record === undefined || (isSealed(record.value) && !covers(actor.audience, record))) return []
  const held = decodeReplica(record)
  // A write of this node that the exchange has not come to yet has seen them all.
  if (fact && fact.version !== held.shown) return []
  const now = space.store.now()
  return shownEntries(held)
    .slice(1)
    .filter(({ expiresAt }) => expiresAt === undefined || expiresAt > now)
    .filter((entry) => actor.see({ collection: 'facts', id: key }, asRecord(key, entry)) !== undefined)
    .map((entry) => toConflict<T>(entry))
}

/** What lost, in the form in which the gate between actors and records knows it. */
function asRecord(id: string, { value, meta, at, expiresAt }: FactEntry): Parameters<Actor['see']>[1] {
  const record = { collection: 'facts', id, value: value ?? 'null', version: 0, seq: 0 } as const
  return { ...record, ...meta, createdAt: at, updatedAt: at, expiresAt }
}

function toConflict<T>({ value, meta, node, at }: FactEntry): FactConflict<T> {
  const { author, task, tags, importance, sensitivity, compartments } = meta
  const said = value === null ? undefined : (decodeJson(value) as T)
  return { value: said, isDelete: value === null, author, node, at, task, tags, importance, sensitivity, compartments }
}
