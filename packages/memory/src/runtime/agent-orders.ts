import type { Actor } from '../space/actor.ts'
import type { Space } from '../space/space.ts'
import type { SetMutation } from '../store/mutation.ts'
import type { RecordKey, StoredRecord } from '../store/record.ts'
import { publicLabel } from '../values/access.ts'
import { MemoryClosedError } from '../values/errors.ts'
import { decodeJson, encodeJson } from '../values/json.ts'
import { outlast } from '../values/outlast.ts'
import { warn } from '../values/warn.ts'

/** What an operator orders of an agent; `run` is the name that the events of an activity bear. */
export type AgentOrder =
  | { readonly do: 'pause' | 'resume' | 'stop' }
  | { readonly do: 'send'; readonly message: unknown }
  | { readonly do: 'cancel' | 'rerun'; readonly run: string }

/** An order, as it reaches the process that runs the agent. */
export interface GivenOrder {
  readonly agent: string
  readonly order: AgentOrder
  /** Who gave it. */
  readonly by: string
}

/** What came of an order: done, or refused with the reason. */
export type OrderOutcome = { readonly isDone: true } | { readonly isDone: false; readonly why: string }

/** An order as its record holds it. */
export interface StoredOrder extends GivenOrder {
  readonly outcome?: OrderOutcome
}

/** The task of the records of orders, by which they are listed. */
export const ordersTask = 'agent-orders'
/** Changes with every order: who runs agents waits for it, and reads nothing until then. */
const orderBell: RecordKey = { collection: 'settings', id: ordersTask }
/** How long an order is kept if whoever gave it died, in milliseconds. */
export const orderLifeMs = 60_000

/** How long one wait for orders takes at most, in milliseconds. */
const waitMs = 10_000

/**
 * Has orders carried out that are given from now on, from any process.
 *
 * @param carryOut - Resolves to `undefined` when the agent does not run here.
 * @returns how to stop it.
 */
export function followOrders(
  space: Space,
  actor: Actor,
  carryOut: (given: GivenOrder) => Promise<OrderOutcome | undefined>,
): () => void {
  const stop = new AbortController()
  const { signal } = stop
  const slot = space.epochs.slotOf(orderBell.collection, orderBell.id)
  const seen = new Set<string>()
  let mark = space.epochs.newsOf(slot)
  const follow = async (): Promise<void> => {
    while (!signal.aborted) {
      const before = mark
      // A flock that only waits for orders keeps no process alive.
      await space.epochs.untilNews(slot, before, waitMs, signal, false)
      mark = space.epochs.newsOf(slot)
      if (mark === before) continue
      const onOutage = (error: unknown): void => space.noteOutage(error)
      const records = await outlast(() => openOrders(actor), { signal, onOutage })
      for (const record of records) {
        if (seen.has(record.id)) continue
        seen.add(record.id)
        // Not one after the other: a message may wait for room.
        void answer(actor, record, carryOut).catch(warn)
      }
      for (const id of seen) if (!records.some((record) => record.id === id)) seen.delete(id)
    }
  }
  follow().catch((error: unknown) => {
    if (!signal.aborted && !(error instanceof MemoryClosedError)) warn(error)
  })
  return () => stop.abort()
}

async function openOrders(actor: Actor): Promise<readonly StoredRecord[]> {
  const query = { collection: 'settings', order: 'oldest', task: ordersTask, limit: 500 } as const
  return (await actor.unseen.query(query)).records
}

async function answer(
  actor: Actor,
  record: StoredRecord,
  carryOut: (given: GivenOrder) => Promise<OrderOutcome | undefined>,
): Promise<void> {
  const stored = decodeJson(record.value) as StoredOrder
  if (stored.outcome) return
  const { outcome: _none, ...given } = stored
  const outcome = await carryOut(given)
  if (!outcome) return
  const { sensitivity, compartments } = record
  // What an agent says of a message that it refuses is as sensitive as the message at most.
  const meta = { author: actor.principal.id, task: ordersTask, tags: [], derivedFrom: [], sensitivity, compartments }
  const key: RecordKey = { collection: 'settings', id: record.id }
  const value = encodeJson({ ...given, outcome } satisfies StoredOrder)
  // Whoever gave it may have withdrawn it meanwhile, or another process may have been first.
  await actor.commit(actor.plain([{ type: 'set', key, value, meta, ttlMs: orderLifeMs, ifVersion: record.version }]), {
    over: false,
  })
}

/** Has everybody look who may run the agent. */
export function ring(author: string, order: string): SetMutation {
  const meta = { author, tags: [], derivedFrom: [], ...publicLabel }
  return { type: 'set', key: orderBell, value: encodeJson(order), meta, ttlMs: orderLifeMs }
}
