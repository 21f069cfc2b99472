import { auditMutation } from '../audit/audit-log.ts'
import type { NotedGroup } from '../audit/noted-reads.ts'
import { nothingWritten } from '../store/apply-mutation.ts'
import { collectionsWith } from '../store/collections.ts'
import type {
  Commit,
  DeleteMutation,
  RangeCheckMutation,
  Refusal,
  SetMutation,
  TouchMutation,
  Written,
} from '../store/mutation.ts'
import type { RecordKey, RecordMeta, StoredRecord } from '../store/record.ts'
import { isObjectId, keyOfSource, sourceName, subjectsOf, subjectSource } from '../store/source-name.ts'
import { tracerFor, traceWrite } from '../tracing/trace-memory.ts'
import { covers, distinct, joinLabels, withWithdrawn } from '../values/access.ts'
import { AccessError, FenceError, NotFoundError, VersionConflictError } from '../values/errors.ts'
import { limits } from '../values/limits.ts'
import { requireCount } from '../values/require-option.ts'
import { assertReadable } from '../values/sealed-text.ts'
import { requireBatch } from './require-batch.ts'
import type { Include, Marked, OwnMutation, Shown } from './shown.ts'
import { clearanceFor, Sight } from './sight.ts'
import { nameOfSource, requireWriteOptions } from './write-options.ts'
import type { Source, WriteOptions } from './write-options.ts'

/**
 * A principal at work in a space: the one gate between it and the records. {@link Sight}
 * hands out; here everything goes in. Every write passes `mark` and `commit`, so it is at
 * least as sensitive as what was read. `Marked` is made here and nowhere else.
 */
export class Actor extends Sight {
  /**
   * Turns a writer's options into a record's metadata. Sources and sensitivity follow from
   * what was actually read. Without declared sources nothing has to be looked up, and the answer is no promise: so what
   * is written in one turn can leave before the turn ends.
   *
   * @throws OptionError, NotFoundError for a source that the writer can't see,
   * AccessError when the writer could not read the record afterwards.
   */
  describe(options: WriteOptions): Marked | Promise<Marked> {
    requireWriteOptions(options)
    const { derivedFrom: given = [] } = options
    if (given.length === 0) return this.#described(options, [])
    return Promise.all(given.map((source) => this.#source(source))).then((declared) =>
      this.#described(options, declared),
    )
  }

  #described(options: WriteOptions, declared: readonly Shown[]): Marked {
    const { task = options.claim?.task, tags = [], importance, sensitivity = 'public', compartments = [] } = options
    const { subject = [] } = options
    const subjects = [subject, ...declared.map(subjectsOf)].flat().map(subjectSource)
    const sources = [...declared.map(sourceName), ...subjects, ...(this.scope?.sources ?? [])]
    requireCount('derivedFrom', sources.length, limits.sources)
    const label = joinLabels([{ sensitivity, compartments }, ...declared])
    const derivedFrom = sources.length === 0 ? sources : distinct(sources).toSorted()
    const { id: author } = this.principal
    return this.mark({ author, task, tags: distinct(tags), importance, derivedFrom, ...label })
  }

  /**
   * Metadata of something that this principal writes, made at least as sensitive as what it has read.
   *
   * @throws AccessError when the writer could not read it afterwards.
   */
  mark(meta: RecordMeta): Marked {
    const marked = this.upward(meta)
    if (!covers(this.audience, marked)) throw new AccessError(this.principal.id, clearanceFor(marked))
    return marked
  }

  /** The same for what the memory tells others because of a write: it may be above the clearance of who wrote. */
  upward(meta: RecordMeta): Marked {
    const label = this.scope ? joinLabels([meta, this.scope.label]) : joinLabels([meta])
    return { ...meta, ...label } as Marked
  }

  /**
   * Metadata below the label of what was read, for content that does not depend on it.
   *
   * @param record - What the content was.
   * @throws AccessError without the right `declassify`.
   */
  lower(record: Shown, meta: RecordMeta): Marked {
    this.requireRight('declassify', 'declassify', record, record)
    return meta as Marked
  }

  /**
   * A batch of the audit, to be written in the same atom as what it reports on. Its own label is public, as only `Audit`
   * reads it, which checks that of each entry.
   */
  audited(groups: readonly NotedGroup[]): OwnMutation {
    return auditMutation(this.space.owner, groups, undefined) as OwnMutation
  }

  /** Writes of the memory itself, which hold names and no content of records. */
  plain(
    mutations: readonly (SetMutation | DeleteMutation | TouchMutation | RangeCheckMutation)[],
  ): readonly OwnMutation[] {
    return mutations as readonly OwnMutation[]
  }

  /** What this principal has just written. */
  wrote(key: RecordKey, value: string, meta: Marked, written: Written): Shown {
    const record: StoredRecord = { ...meta, ...key, ...written, value }
    return record as Shown
  }

  /**
   * Writes records, all of them or none, and says whether they were.
   *
   * @param over - Whether records above the clearance may be in the way unseen; by default they refuse the batch.
   */
  async commit(batch: readonly OwnMutation[], { over = true }: { readonly over?: boolean } = {}): Promise<Commit> {
    this.space.assertOpen()
    const { id: author } = this.principal
    const audience = over ? { over: this.audience } : {}
    // What holds no more can't be written over, but it can go.
    const all = { over: withWithdrawn(this.audience) }
    const mutations = batch.map((mutation) => {
      const { type } = mutation
      if (type === 'delete') return { ...mutation, author, ...(over && all) }
      return { ...mutation, ...(type === 'withdraw' ? all : audience) }
    })
    requireBatch(mutations)
    const write = (): Promise<Commit> => this.space.store.write(mutations)
    const tracer = tracerFor(this.space.tracing)
    if (!tracer) return write()
    return traceWrite(tracer, mutations, { agent: author, clearance: this.clearance }, write)
  }

  /**
   * Writes records, all of them or none.
   *
   * @param show - Turns the conflicting record into the `current` of the conflict.
   * @throws VersionConflictError, FenceError; OptionError, ValueError when the batch is too large.
   */
  async write(batch: readonly OwnMutation[], show: Show = hide): Promise<readonly Written[]> {
    const commit = await this.commit(batch)
    if (commit.ok) return commit.written
    // The seal gate has handled refusals of seals.
    const { index, reason, current } = commit.refusal as Exclude<Refusal, { reason: 'seal' }>
    const { key, guard, ifVersion = 0 } = batch[index] as OwnMutation
    // A guard's record says nothing of the one that was to be written.
    const { collection, id } = key
    this.readAuditor?.refused('write', collection, id, refusalReasons[reason], reason === 'guard' ? undefined : current)
    if (reason === 'content') throw new NotFoundError('object', id)
    if (reason === 'guard' && guard) throw new FenceError(guard.key.id, guard.version)
    if (reason === 'label') {
      // A record above the clearance looks absent. Only creating it again reveals that the key is taken.
      if (ifVersion > 0) throw new VersionConflictError(id, ifVersion, 0, undefined)
      if (batch.length === 1 && batch[0]?.type === 'delete') return [nothingWritten(this.now())]
      throw new AccessError(
        this.principal.id,
        `another key than "${id}", which is taken by something above its clearance,`,
      )
    }
    const visible = current && this.see(key, current)
    throw new VersionConflictError(id, ifVersion, visible?.version ?? 0, visible && show(visible))
  }

  /** Writes one record; see {@link write}. */
  async writeOne(mutation: OwnMutation, show?: Show): Promise<Written> {
    return (await this.write([mutation], show))[0] as Written
  }

  /** Takes from the medium what is left of removed records. */
  scrub(): Promise<void> {
    return this.space.store.scrub()
  }

  async #source(given: Source): Promise<Shown> {
    // What was made from something that holds no more is in doubt, and whoever looks finds it.
    const source = await this.find(given, 'all')
    if (!source) {
      const name = nameOfSource(given)
      throw new NotFoundError(isObjectId(name) ? 'object' : 'record', name)
    }
    // Its label counts, so it must be the one that it was stored under.
    assertReadable(source.value)
    return source
  }

  /** The record that a source means, if this principal can see it. The id of an entry does not tell its journal. */
  async find(given: Source, include?: Include): Promise<Shown | undefined> {
    const name = nameOfSource(given)
    const key = keyOfSource(name)
    if (key?.collection === 'objects') return this.load('objects', key.id, 'read', include)
    if (key) return this.read(key, 'read', include)
    const keys = collectionsWith('identified').map((collection) => ({ collection, id: name }))
    const records = await this.space.store.read(keys)
    const index = records.findIndex((record) => record !== undefined)
    return index < 0 ? undefined : this.see(keys[index] as RecordKey, records[index], 'read', include)
  }
}

const refusalReasons = {
  version: 'another version is stored',
  guard: 'the claim was lost',
  label: 'the stored record is above its clearance',
  content: 'its content was forgotten meanwhile',
} as const

/** A record's remaining time to live, in milliseconds; `undefined` when it has none. */
export function remainingMs(actor: Actor, { expiresAt }: Pick<StoredRecord, 'expiresAt'>): number | undefined {
  return expiresAt === undefined ? undefined : Math.min(limits.ttlMs, Math.max(1, expiresAt - actor.now()))
}

type Show = (record: Shown) => unknown
const hide: Show = () => undefined
