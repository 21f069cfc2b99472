import type { Actor } from '../space/actor.ts'
import type { Space } from '../space/space.ts'
import type { RecordKey, StoredRecord } from '../store/record.ts'
import { hiddenSource, sourceName, subjectsOf, subjectSource } from '../store/source-name.ts'
import { covers } from '../values/access.ts'
import type { Label } from '../values/access.ts'
import { AccessError } from '../values/errors.ts'
import { decodeJson } from '../values/json.ts'
import type { Cost } from '../work/cost.ts'
import { parseWorkId, workId } from '../work/work-id.ts'
import { costOfWork, workStateOf } from '../work/work-state.ts'
import type { WorkOrder } from '../work/work-state.ts'
import { WorkRecord } from './work-record.ts'

/** What work returns whose result somebody else has put into its record already, see `handOver`. */
export class KeptByOther {
  readonly value: unknown
  /** Whether it may stay there; otherwise it is for those who wait. */
  readonly isKept: boolean

  constructor(value: unknown, isKept = true) {
    this.value = value
    this.isKept = isKept
  }
}

/** What work throws whose record holds no order any longer, since its lease had ended: then it is begun again. */
export class OrderLost extends Error {}

/** The result of work that others have done. */
export interface HandedResult {
  readonly value: unknown
  readonly cost: Cost
  /** Of what the work has read. */
  readonly label: Label
  /** As `ReadScope.sources` gives it. */
  readonly sources: readonly string[]
  /** Whether it may stay; otherwise it is for the owner alone. */
  readonly isKept: boolean
}

/** Work as its record shows it: an order, a result, or neither. */
export interface HandedWork {
  /** What is to be done; absent where nothing is, or no longer. */
  readonly order: WorkOrder | undefined
  /** The result, once it is there. */
  readonly result: HandedResult | undefined
  /** @internal */
  readonly stored: StoredRecord | undefined
}

/** Reads the record of work from the store, as the audit notes, and notes in the scope what comes with it. @throws AccessError, StoreError */
export async function findHanded(actor: Actor, id: string): Promise<HandedWork> {
  const [stored] = await actor.unseen.read([{ collection: 'work', id }])
  actor.readAuditor?.note('read', 'work', id, stored)
  if (!stored) return { order: undefined, result: undefined, stored }
  if (!covers(actor.audience, stored)) throw new AccessError(actor.principal.id, 'the label of this work')
  const state = workStateOf(decodeJson(stored.value))
  const order = state?.state === 'running' ? state.order : undefined
  if (order) actor.used(stored, order.sources)
  const found = state?.state === 'running' ? state.unkept : state?.state === 'done' ? state : undefined
  if (!found) return { order, result: undefined, stored }
  const { value, label = stored } = found
  actor.used(label, sourcesOf(stored))
  const isKept = state?.state === 'done'
  const result = { value, cost: costOfWork(found), label, sources: stored.derivedFrom, isKept }
  return { order, result, stored }
}

/** What names a result as a source: itself, and whom it is about. */
export function sourcesOf(record: RecordKey & Pick<StoredRecord, 'derivedFrom'>): readonly string[] {
  return [hiddenSource(sourceName(record)), ...subjectsOf(record).map(subjectSource)]
}

/** Work that is carried out, and what it took. */
export type CarriedOut = () => Promise<{ readonly value: unknown; readonly cost: Cost }>

/** How long work is carried out. */
export interface CarryOutParts {
  readonly signal: AbortSignal
  /** Awaited before each attempt to keep the result: it throws where somebody else has the work by now. */
  readonly beforeKeeping?: (() => Promise<void>) | undefined
}

/** See `carryOut` in view-parts.ts. */
export async function carryOutFor(
  { space, actor }: { readonly space: Space; readonly actor: Actor },
  handed: HandedWork,
  work: CarriedOut,
  { signal, beforeKeeping = async () => {} }: CarryOutParts,
): Promise<boolean> {
  // Not in the parameters, since the declaration of this function omits what is internal.
  const { order, stored } = handed
  if (!stored || !order) throw new OrderLost('The record holds no order.')
  const { key } = parseWorkId(stored.id)
  if (workId(actor.audience, key) !== stored.id) {
    actor.readAuditor?.refused('read', 'work', stored.id, 'it is for another clearance', stored)
    throw new AccessError(actor.principal.id, 'work of this clearance')
  }
  const { onRetract, ttlMs } = order
  const { title } = workStateOf(decodeJson(stored.value)) ?? {}
  const options = {
    ...(onRetract && { onRetract }),
    ...(ttlMs !== undefined && { ttlMs }),
    ...(title !== undefined && { title }),
    ...(stored.task !== undefined && { task: stored.task }),
  }
  const record = new WorkRecord(stored.id, { space, actor, options, given: order.sources, abandoned: signal })
  // What it writes on the way is derived from what it was given, too.
  actor.scope?.noteSources(order.sources)
  const { value, cost } = await work()
  signal.throwIfAborted()
  return record.finish({ state: 'done', value, cost, label: actor.label }, stored.version, beforeKeeping)
}
