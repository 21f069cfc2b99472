import type { ReadAuditBuffer } from '../audit/read-audit-buffer.ts'
import type { CoherentCache } from '../cache/coherent-cache.ts'
import type { Counters } from '../cache/counters.ts'
import type { EpochTable } from '../cache/epoch-table.ts'
import type { ObjectShelf } from '../objects/object-shelf.ts'
import { nothingWritten } from '../store/apply-mutation.ts'
import type { Guard, Mutation, Refusal, Written } from '../store/mutation.ts'
import type { RecordMeta, StoredRecord } from '../store/record.ts'
import type { Store } from '../store/store.ts'
import { covers, distinct, joinLabels, requireLevel } from '../values/access.ts'
import type { Label, Level } from '../values/access.ts'
import { AccessError, FenceError, NotFoundError, OptionError, VersionConflictError } from '../values/errors.ts'
import { limits } from '../values/limits.ts'
import {
  requireCount,
  requireInteger,
  requireLifetime,
  requireNumber,
  requireStrings,
} from '../values/require-option.ts'
import type { Reuse } from '../work/reuse.ts'
import type { Actor } from './actor.ts'
import type { InFlight } from './in-flight.ts'
import type { LeaseKeeper } from './lease-keeper.ts'
import { requireBatch, requireSources } from './require-write.ts'

/** One thread's handle on a shared memory: the parts that all kinds of memory are built on. */
export interface Space {
  readonly store: Store
  readonly epochs: EpochTable
  readonly counters: Counters
  readonly facts: CoherentCache
  readonly objects: CoherentCache
  readonly work: CoherentCache
  readonly shelf: ObjectShelf
  readonly leases: LeaseKeeper
  /** Buffers what this thread's principals read; absent where reads are not audited. */
  readonly readAudit: ReadAuditBuffer | undefined
  /** Identifies this thread among all that may compute. */
  readonly owner: string
  /** Work in flight in this thread, by key. */
  readonly inFlight: Map<string, InFlight>
  /** The last pending update of each fact in this thread. */
  readonly updating: Map<string, Promise<unknown>>
  noteReuse(reuse: Reuse): void
  /** Reports that the store failed somebody who waits for it to come back. @throws MemoryClosedError */
  noteOutage(error: unknown): void
  /** Resolves when this thread's audit notes are written. */
  auditSettled(): Promise<void>
  /** @throws MemoryClosedError */
  assertOpen(): void
}

/** Options of every write. */
export interface WriteOptions {
  /** The task that the record belongs to. */
  readonly task?: string
  readonly tags?: readonly string[]
  /** From 0, negligible, to 1. */
  readonly importance?: number
  /** @defaultValue 'public', or the sensitivity of its sources, whichever is higher */
  readonly sensitivity?: Level
  readonly compartments?: readonly string[]
  /** Objects that it is derived from. Inside an activity, the objects it read are added. */
  readonly derivedFrom?: readonly { readonly id: string }[]
  /** Time to live in milliseconds; for ever when left out. */
  readonly ttlMs?: number
  /** Write only while this claim is held. The record belongs to the claim's task unless `task` is given. */
  readonly claim?: ClaimToken
}

/** Proves to a store that a claim is held; plain data that may travel to another thread. */
export interface ClaimToken {
  readonly task: string
  readonly fence: number
}

/**
 * Turns a writer's options into a record's metadata. Sources and sensitivity follow from
 * what was actually read.
 *
 * @throws OptionError, NotFoundError for a source that the writer can't see,
 * AccessError when the writer could not read the record afterwards.
 */
export async function describeWrite(space: Space, actor: Actor, options: WriteOptions): Promise<RecordMeta> {
  const { task = options.claim?.task, tags = [], importance, sensitivity = 'public', compartments = [] } = options
  requireLevel('sensitivity', sensitivity)
  requireStrings('tags', tags)
  requireStrings('compartments', compartments)
  if (task !== undefined) requireStrings('task', [task])
  guardOf(options)
  if (importance !== undefined) requireNumber('importance', importance, 0, 1)
  if (options.ttlMs !== undefined) requireLifetime('ttlMs', options.ttlMs)
  const { derivedFrom: declared } = options
  if (declared) requireSources(declared)
  const declaredLabels = declared ? await Promise.all(declared.map(({ id }) => labelOfSource(space, actor, id))) : []
  const { scope } = actor
  const label = joinLabels([{ sensitivity, compartments }, ...declaredLabels, ...(scope?.labels ?? [])])
  if (!covers(actor.audience, label)) {
    const needed = [label.sensitivity, ...label.compartments].join(' + ')
    throw new AccessError(actor.principal.id, `clearance for ${needed}`)
  }
  const sources = distinct(
    declared || scope ? [...(declared ?? []).map(({ id }) => id), ...(scope?.objects ?? [])] : [],
  )
  requireCount('derivedFrom', sources.length, limits.sources)
  return {
    author: actor.principal.id,
    task,
    tags: distinct(tags),
    importance,
    derivedFrom: sources.toSorted(),
    sensitivity: label.sensitivity,
    compartments: label.compartments,
  }
}

async function labelOfSource(space: Space, actor: Actor, id: string): Promise<Label> {
  const { record } = await space.objects.load(id)
  const source = actor.see({ collection: 'objects', id }, record)
  if (!source) throw new NotFoundError('object', id)
  return source
}

/**
 * Writes records, all of them or none.
 *
 * @param show - Turns the conflicting record into the `current` of the conflict.
 * @throws VersionConflictError, FenceError; OptionError, ValueError when the batch is too large.
 */
export async function writeAll(
  space: Space,
  actor: Actor,
  batch: readonly Mutation[],
  show: Show = hide,
): Promise<readonly Written[]> {
  space.assertOpen()
  if (batch.length > 1) requireBatch(batch)
  const commit = await space.store.write(batch.map((mutation) => ({ ...mutation, over: actor.audience })))
  if (commit.ok) return commit.written
  // The seal gate has handled refusals of seals.
  const { index, reason, current } = commit.refusal as Exclude<Refusal, { reason: 'seal' }>
  const { key, guard, ifVersion = 0 } = batch[index] as Mutation
  actor.readAuditor?.refused(
    'write',
    key.collection,
    key.id,
    refusalReasons[reason],
    reason === 'guard' ? undefined : current,
  )
  if (reason === 'guard' && guard) throw new FenceError(guard.key.id, guard.version)
  if (reason === 'label') {
    // A record above the clearance looks absent. Only creating it anew reveals that the key is taken.
    if (ifVersion > 0) throw new VersionConflictError(key.id, ifVersion, 0, undefined)
    if (batch.length === 1 && batch[0]?.type === 'delete') return [nothingWritten(space.store.now())]
    throw new AccessError(
      actor.principal.id,
      `another key than "${key.id}", which is taken by something above its clearance,`,
    )
  }
  const visible = current && actor.see(key, current)
  throw new VersionConflictError(key.id, ifVersion, visible?.version ?? 0, visible && show(visible))
}

/** Writes one record; see {@link writeAll}. */
export async function writeOne(space: Space, actor: Actor, mutation: Mutation, show?: Show): Promise<Written> {
  return (await writeAll(space, actor, [mutation], show))[0] as Written
}

/** The guard of a write with these options. @throws OptionError when the claim is invalid. */
export function guardOf(options: Pick<WriteOptions, 'claim'>): Guard | undefined {
  if (!('claim' in options)) return undefined
  const { claim } = options
  // An agent that lost the race for a claim passes `undefined`, and must not write as if it needed none.
  if (claim === undefined) throw new OptionError('claim', 'a held claim, or left out', claim)
  requireStrings('claim.task', [claim.task])
  requireInteger('claim.fence', claim.fence, 1)
  return { key: { collection: 'claims', id: claim.task }, version: claim.fence }
}

const refusalReasons = {
  version: 'another version is stored',
  guard: 'the claim was lost',
  label: 'the stored record is above its clearance',
} as const

/** A record's remaining time to live, in milliseconds; `undefined` when it has none. */
export function remainingMs(space: Space, { expiresAt }: Pick<StoredRecord, 'expiresAt'>): number | undefined {
  return expiresAt === undefined ? undefined : Math.min(limits.ttlMs, Math.max(1, expiresAt - space.store.now()))
}

type Show = (record: StoredRecord) => unknown
const hide: Show = () => undefined
