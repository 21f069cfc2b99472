import { covers } from '../values/access.ts'
import type { Level } from '../values/access.ts'
import type { Actor } from '../space/actor.ts'
import { decodeJson } from '../values/json.ts'
import { isSealed } from '../values/sealed-text.ts'
import type { FactEntry } from '../federation/fact-state.ts'
import { decodeReplica, replicaKey, shownEntries } from '../federation/fact-replica.ts'

/** A concurrent write of a fact that lost to the current value. */
export interface FactConflict<T = unknown> {
  /** `undefined` when a delete lost. */
  readonly value: T | undefined
  readonly isDelete: boolean
  readonly author: string
  /** The node that wrote it. */
  readonly node: string
  /** Time of the write, Unix milliseconds by the clock of that node's store. */
  readonly at: number
  readonly task: string | undefined
  readonly tags: readonly string[]
  readonly importance: number | undefined
  readonly sensitivity: Level
  readonly compartments: readonly string[]
}

/** The conflicts of a fact that the actor may see, the best first. */
export async function conflictsOf<T>(actor: Actor, key: string): Promise<FactConflict<T>[]> {
  const [fact, record] = await actor.unseen.read([{ collection: 'facts', id: key }, replicaKey(key)])
  // An error is shown only to those who may see the fact.
  if (record === undefined || (isSealed(record.value) && !covers(actor.audience, record))) return []
  const held = decodeReplica(record)
  const now = actor.now()
  const [shown, ...lost] = shownEntries(held)
  const isExpired = shown?.expiresAt !== undefined && shown.expiresAt <= now
  // A local write or delete that the exchange has not captured yet has seen all of them; what is being forgotten hides them.
  if ((fact?.version ?? 0) !== held.shown && (fact || !isExpired)) return []
  return lost
    .filter(({ expiresAt }) => expiresAt === undefined || expiresAt > now)
    .filter((entry) => actor.see({ collection: 'facts', id: key }, asRecord(key, entry)) !== undefined)
    .map((entry) => toConflict<T>(entry))
}

/** A conflict as a record, which the gate of the actor understands. */
function asRecord(id: string, { value, meta, at, expiresAt }: FactEntry): Parameters<Actor['see']>[1] {
  const record = { collection: 'facts', id, value: value ?? 'null', version: 0, seq: 0 } as const
  return { ...record, ...meta, createdAt: at, updatedAt: at, expiresAt }
}

function toConflict<T>({ value, meta, node, at }: FactEntry): FactConflict<T> {
  const { author, task, tags, importance, sensitivity, compartments } = meta
  const said = value === null ? undefined : (decodeJson(value) as T)
  return { value: said, isDelete: value === null, author, node, at, task, tags, importance, sensitivity, compartments }
}
