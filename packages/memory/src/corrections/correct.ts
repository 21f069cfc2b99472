import type { Actor } from '../space/actor.ts'
import { remainingMs } from '../space/actor.ts'
import type { OwnMutation, Shown } from '../space/shown.ts'
import { correctionKey } from '../store/correction-key.ts'
import type { CollectionWith } from '../store/collections.ts'
import type { Guard, Written } from '../store/mutation.ts'
import type { RecordKey } from '../store/record.ts'
import { hiddenSource, sourceName, subjectsOf, subjectSource } from '../store/source-name.ts'
import { covers, distinct, joinLabels } from '../values/access.ts'
import type { Label } from '../values/access.ts'
import { FenceError, NotFoundError, OptionError } from '../values/errors.ts'
import { encodeJson } from '../values/json.ts'
import { requireIds, requireStrings } from '../values/require-option.ts'
import { assertReadable } from '../values/sealed-text.ts'
import type { Correction, StoredCorrection } from './correction.ts'
import { doubtAlerts } from './doubt-alerts.ts'
import { correctedError, correctionsOf } from './find-corrections.ts'
import { forgottenWork } from './recompute.ts'
import { walkDerived } from './walk-derived.ts'
import type { Derived } from './walk-derived.ts'

/** A record that can be retracted or superseded. */
export interface CorrectableKey extends RecordKey {
  readonly collection: CollectionWith<'correctable'>
}

type NewRecord = Extract<OwnMutation, { type: 'set' }>

/** What replaces a record: one that is there, or the write that makes it. */
export type Replacement = { readonly id: string } | NewRecord

/** What becomes of a record, and why. */
export interface CorrectionRequest {
  readonly reason: string | undefined
  /** `undefined` to retract the record. */
  readonly next?: Replacement | undefined
  /** For error messages. */
  readonly kind?: string
}

/** A correction that was made, or had been made before. */
export interface Corrected {
  readonly correction: Correction
  /** The replacement, where it was written with it: about whom or what the record was about, too. */
  readonly replacement: { readonly entry: NewRecord; readonly written: Written } | undefined
}

/** So many alerts and forgotten results go in the same step as the correction, the rest after it. */
const mostAtOnce = 1_000

/**
 * Retracts or supersedes a record. In one step the record is marked, a record in `corrections` says why, the replacement
 * is written, authors of what rests on it are told, and results of work that asked for it are forgotten.
 *
 * @throws NotFoundError, AccessError, CorrectedError, FenceError, OptionError
 */
export async function correct(actor: Actor, key: CorrectableKey, request: CorrectionRequest): Promise<Corrected> {
  const { reason } = request
  requireIds('id', [key.id])
  if (reason !== undefined) requireStrings('reason', [reason])
  for (;;) {
    // Before the record: a mark leaves its version as it is, so this one alone reports on a correction made meanwhile.
    const [before] = await actor.unseen.read([correctionKey(key)])
    const record = await requireRecord(actor, key, request.kind)
    if (record.isWithdrawn) return { correction: await sameCorrection(actor, record, request), replacement: undefined }
    const entry = request.next && 'type' in request.next ? aboutTheSame(request.next, record) : undefined
    const derived = await walkDerived(actor.unseen, key)
    const { batch, guard, rest, correction } = await plan(
      actor,
      record,
      { ...request, next: entry ?? request.next },
      { derived, before: before?.version ?? 0 },
    )
    const commit = await actor.commit(batch, { over: false })
    if (commit.ok) {
      await finish(actor, key, rest)
      const written = commit.written[2]
      return { correction, replacement: entry && written && { entry, written } }
    }
    const { reason: why } = commit.refusal
    if (why === 'guard' && guard) throw new FenceError(guard.key.id, guard.version)
    // Somebody else wrote one of these records meanwhile: look again.
  }
}

/** A record, also one that holds no more, that this principal may correct. */
export async function requireRecord(actor: Actor, key: RecordKey, kind: string = key.collection): Promise<Shown> {
  const record = await actor.read(key, 'read', 'all')
  if (!record) throw new NotFoundError(kind, key.id)
  // Its label counts, so it must be the one that it was stored under.
  assertReadable(record.value)
  if (record.author !== actor.principal.id) actor.requireRight('correct', 'correct', record, record)
  return record
}

/** To do the same again changes nothing. @throws CorrectedError for anything else */
async function sameCorrection(actor: Actor, record: Shown, { next }: CorrectionRequest): Promise<Correction> {
  const known = (await correctionsOf(actor, [record])).get(sourceName(record))
  const isSame =
    next === undefined
      ? known?.state === 'retracted'
      : 'id' in next && known?.state === 'superseded' && known.supersededBy === next.id
  if (!known || !isSame) throw await correctedError(actor, record)
  // Whoever was interrupted continues.
  await finish(actor, record, [])
  return known
}

/** What replaces a record is about the same persons and things. Who may not see the record is not told about whom it is. */
function aboutTheSame(next: NewRecord, record: Shown): NewRecord {
  const { sensitivity: level, compartments } = next.meta
  const isCovered = covers({ level, compartments }, record)
  const subjects = subjectsOf(record).map((subject) =>
    isCovered ? subjectSource(subject) : hiddenSource(subjectSource(subject)),
  )
  if (subjects.length === 0) return next
  return { ...next, meta: { ...next.meta, derivedFrom: distinct([...next.meta.derivedFrom, ...subjects]).toSorted() } }
}

interface Situation {
  /** What rests on the record. */
  readonly derived: readonly Derived[]
  /** The version of what was said of the record before. */
  readonly before: number
}

interface Plan {
  /** The correction, the mark, the replacement where it is written, and what belongs to the same step. */
  readonly batch: readonly OwnMutation[]
  readonly rest: readonly OwnMutation[]
  readonly guard: Guard | undefined
  readonly correction: Correction
}

async function plan(
  actor: Actor,
  record: Shown,
  { reason, next }: CorrectionRequest,
  { derived, before }: Situation,
): Promise<Plan> {
  const { collection, id, version, task, importance } = record
  const replacement = next && (await replacementOf(actor, record, next))
  const key = correctionKey(record)
  const at = actor.now()
  const state = replacement ? 'superseded' : 'retracted'
  const said = { state, reason, next: replacement?.id, at } as const satisfies StoredCorrection
  const subjects = subjectsOf(record).map(subjectSource)
  const derivedFrom = distinct([sourceName(record), ...subjects, ...(actor.scope?.sources ?? [])]).toSorted()
  const label = joinLabels([record, ...(replacement ? [replacement.label] : [])])
  const author = actor.principal.id
  const meta = actor.mark({ author, task, tags: [], importance, derivedFrom, ...label })
  const correction = { state, reason, supersededBy: said.next, latest: said.next, author, at } as const
  const ttlMs = remainingMs(actor, record)
  // Also to those who are above the clearance of who corrects, in alerts that are.
  const alerts = doubtAlerts({ key, said, meta }, derived).map((alert): OwnMutation => {
    return { type: 'set', ...alert, meta: actor.upward(alert.meta) }
  })
  const dependent = [...alerts, ...forgottenWork(derived)]
  return {
    batch: [
      { type: 'set', key, value: encodeJson(said), meta, ttlMs, ifVersion: before },
      { type: 'withdraw', key: { collection, id }, ifVersion: version },
      ...(replacement?.batch ?? []),
      ...dependent.slice(0, mostAtOnce),
    ],
    rest: dependent.slice(mostAtOnce),
    guard: replacement?.guard,
    correction,
  }
}

interface ReplacementPlan {
  readonly id: string
  readonly label: Label
  readonly batch: readonly OwnMutation[]
  readonly guard: Guard | undefined
}

/** Two checks make sure that what replaces the record holds itself, so that no chain ends in a circle. */
async function replacementOf(actor: Actor, record: Shown, next: Replacement): Promise<ReplacementPlan> {
  if ('type' in next) return { id: next.key.id, label: next.meta, batch: [next], guard: next.guard }
  const { id } = next
  const { collection } = record
  if (id === record.id) throw new OptionError('next', 'another record than the one that it replaces', id)
  // Before the record, as above: else a correction that comes between would pass both checks.
  const check = correctionKey({ collection, id })
  const [said] = await actor.unseen.read([check])
  const found = await actor.read({ collection, id }, 'read', 'all')
  if (!found) throw new NotFoundError(collection, id)
  if (found.isWithdrawn) throw await correctedError(actor, found)
  return {
    id,
    label: found,
    guard: undefined,
    batch: [
      { type: 'check', key: { collection, id }, ifVersion: found.version },
      { type: 'check', key: check, ifVersion: said?.version ?? 0 },
    ],
  }
}

/** Does what was too much for one step, and forgets results that were stored since the uses were looked up. */
async function finish(actor: Actor, key: RecordKey, rest: readonly OwnMutation[]): Promise<void> {
  for (let from = 0; from < rest.length; from += mostAtOnce) {
    // What was written again meanwhile is found below.
    const some = rest.slice(from, from + mostAtOnce)
    const commit = await actor.commit(some, { over: false })
    if (!commit.ok) for (const one of some) await actor.commit([one], { over: false })
  }
  for (const one of forgottenWork(await walkDerived(actor.unseen, key))) await actor.commit([one], { over: false })
}
