import { auditMutation } from '../audit/audit-log.ts'
import type { NotedAction, NotedGroup } from '../audit/noted-reads.ts'
import { ReadAuditor } from '../audit/read-auditor.ts'
import type { Entry } from '../cache/coherent-cache.ts'
import { nothingWritten } from '../store/apply-mutation.ts'
import type { Change } from '../store/change.ts'
import type { Collection } from '../store/collections.ts'
import type { Commit, Refusal, Written } from '../store/mutation.ts'
import type { RecordQuery, SearchAnswer, SearchQuery } from '../store/query.ts'
import type { RecordKey, RecordMeta, Seq, StoredRecord } from '../store/record.ts'
import type { Store } from '../store/store.ts'
import { audienceOf, covers, distinct, joinLabels, levelIndex } from '../values/access.ts'
import type { Audience, Label, Principal, Right } from '../values/access.ts'
import { AccessError, FenceError, NotFoundError, VersionConflictError } from '../values/errors.ts'
import { limits } from '../values/limits.ts'
import { requireCount } from '../values/require-option.ts'
import { assertReadable } from '../values/sealed-text.ts'
import type { ReadScope } from './read-scope.ts'
import { requireBatch } from './require-batch.ts'
import type { Marked, OwnMutation, Shown, ShownChange } from './shown.ts'
import type { StoredSpace } from './space.ts'
import { waitsOf } from './wait-graph.ts'
import type { WaitGraph } from './wait-graph.ts'
import { followFeed, watchFeed } from './watch.ts'
import type { WatchOptions } from './watch.ts'
import { requireWriteOptions } from './write-options.ts'
import type { WriteOptions } from './write-options.ts'

/** Calls of the store that bypass the gate: for what is not shown to anybody, or only after {@link Actor.see}. */
export type Unseen = Pick<Store, 'read' | 'query' | 'changes' | 'verify'>

/** How a read is noted; `unnoted` for one of many that serve a single purpose, such as those of a wait. */
type Noting = NotedAction | 'unnoted'

/**
 * A principal at work in a space: the one gate between it and the records.
 *
 * Out: every record that it sees passes `see`: the clearance is checked, the audit notes
 * the read, and the scope collects the label for what it writes. In: every write passes
 * `mark` and `commit`: it is at least as sensitive as what was read. The types of
 * `shown.ts` are made here and nowhere else.
 */
export class Actor {
  readonly principal: Principal
  readonly audience: Audience
  readonly scope: ReadScope | undefined
  /** Absent where reads are not audited. */
  readonly readAuditor: ReadAuditor | undefined
  readonly #space: StoredSpace
  /** The highest level that needs no more than a glance: what is read in a scope has to be noted there. */
  readonly #freeLevel: number

  /** @throws OptionError when the principal is invalid. */
  constructor(space: StoredSpace, principal: Principal, scope: ReadScope | undefined) {
    this.principal = principal
    this.audience = audienceOf(principal)
    this.scope = scope
    this.readAuditor = space.readAudit && new ReadAuditor(space.readAudit, principal.id, this.audience)
    this.#space = space
    this.#freeLevel = scope ? 0 : levelIndex(this.audience.level)
    const { readAuditor: reading } = this
    // A thread may not reach its timers before its next task.
    if (reading) scope?.onEnd(() => reading.flush())
  }

  /** What the store holds, unchecked. */
  get unseen(): Unseen {
    return this.#space.store
  }

  /** The store's clock, Unix milliseconds. */
  now(): number {
    return this.#space.store.now()
  }

  /** The label of everything that this principal may have read: what it did read, where that is recorded. */
  get label(): Label {
    if (this.scope) return this.scope.label
    const { level: sensitivity, compartments } = this.audience
    return { sensitivity, compartments }
  }

  // Out

  /** The record, unless it is absent or above the clearance: to the principal the two look alike. */
  see(key: RecordKey, record: StoredRecord | undefined, noting: Noting = 'read'): Shown | undefined {
    if (noting !== 'unnoted') this.readAuditor?.note(noting, key.collection, key.id, record)
    if (!record || !covers(this.audience, record)) return undefined
    this.scope?.noteLabel(record)
    return record as Shown
  }

  /** The records that this principal may see. */
  seeAll(collection: Collection, records: readonly StoredRecord[], action: NotedAction = 'list'): readonly Shown[] {
    if (records.length === 0) this.readAuditor?.note(action, collection, '', undefined)
    return records.filter((record): record is Shown => this.see(record, record, action) !== undefined)
  }

  /** The change, unless it is above the clearance. */
  seeChange(change: Change, action: NotedAction): ShownChange | undefined {
    if (!covers(this.audience, change)) return undefined
    this.readAuditor?.note(action, change.collection, change.id, change)
    this.scope?.noteLabel(change)
    return change as ShownChange
  }

  /** Whether this principal may use a cached entry. Hot path: one comparison for a record without compartments. */
  passes(entry: Entry): boolean {
    if (entry.levelIndex <= this.#freeLevel) {
      this.readAuditor?.count(entry)
      return true
    }
    return this.see(entry.key, entry.record) !== undefined
  }

  /** One record, from the store. */
  async read(key: RecordKey, noting?: Noting): Promise<Shown | undefined> {
    return this.see(key, (await this.#space.store.read([key]))[0], noting)
  }

  /** One record, cached or not. */
  async load(collection: 'facts' | 'objects' | 'work', id: string, noting?: Noting): Promise<Shown | undefined> {
    const { record } = await this.#space[collection].load(id)
    return this.see({ collection, id }, record, noting)
  }

  /** A page of a list, of what this principal may see. */
  async query(query: Omit<RecordQuery, 'audience'>): Promise<{ records: readonly Shown[]; next?: Seq | undefined }> {
    const page = await this.#space.store.query({ ...query, audience: this.audience })
    return { ...page, records: this.seeAll(query.collection, page.records) }
  }

  /**
   * Candidates of a search, of what this principal may see. They are not noted: those that are shown go through
   * {@link seeAll}.
   */
  search(query: Omit<SearchQuery, 'audience'>): Promise<SearchAnswer> {
    return this.#space.store.search({ ...query, audience: this.audience })
  }

  /** Follows changes of records whose `collection/id` begins with the prefix; see `View.watch`. */
  watch(prefix: string, options: WatchOptions): AsyncGenerator<ShownChange, void, undefined> {
    return watchFeed(this.#space, this, prefix, options)
  }

  /** All changes from now on, unchecked. */
  followUnseen(signal: AbortSignal): AsyncGenerator<Change, void, undefined> {
    return followFeed(this.#space, signal)
  }

  /** Waits that may never end, over all threads and processes. */
  get waits(): WaitGraph {
    return waitsOf(this.#space)
  }

  /** Notes the use of content with this label that is no record. @throws AccessError when it is above the clearance. */
  requireSight(label: Label): void {
    if (!covers(this.audience, label)) throw new AccessError(this.principal.id, clearanceFor(label))
    this.used(label)
  }

  /** Records the use of content with this label that was not read as a record. */
  used(label: Label): void {
    this.scope?.noteLabel(label)
  }

  /** Whether the principal has a right. */
  has(right: Right): boolean {
    return this.principal.rights?.includes(right) ?? false
  }

  /** @param label - Of the record at the key, where it was seen. @throws AccessError when the principal lacks a right. */
  requireRight(right: Right, action: NotedAction, { collection, id }: RecordKey, label?: Label): void {
    if (this.has(right)) return
    this.readAuditor?.refused(action, collection, id, `lacks the right "${right}"`, label)
    throw new AccessError(this.principal.id, `the right "${right}"`)
  }

  // In

  /**
   * Turns a writer's options into a record's metadata. Sources and sensitivity follow from
   * what was actually read.
   *
   * @throws OptionError, NotFoundError for a source that the writer can't see,
   * AccessError when the writer could not read the record afterwards.
   */
  async describe(options: WriteOptions): Promise<Marked> {
    requireWriteOptions(options)
    const { task = options.claim?.task, tags = [], importance, sensitivity = 'public', compartments = [] } = options
    const { derivedFrom: declared = [] } = options
    const labels = await Promise.all(declared.map(({ id }) => this.#labelOfSource(id)))
    const read = this.scope?.objects ?? []
    const sources = declared.length + read.length === 0 ? [] : distinct([...declared.map(({ id }) => id), ...read])
    requireCount('derivedFrom', sources.length, limits.sources)
    const label = joinLabels([{ sensitivity, compartments }, ...labels])
    const { id: author } = this.principal
    return this.mark({ author, task, tags: distinct(tags), importance, derivedFrom: sources.toSorted(), ...label })
  }

  /**
   * Metadata of something that this principal writes, made at least as sensitive as what it has read.
   *
   * @throws AccessError when the writer could not read it afterwards.
   */
  mark(meta: RecordMeta): Marked {
    const label = this.scope ? joinLabels([meta, this.scope.label]) : joinLabels([meta])
    if (!covers(this.audience, label)) throw new AccessError(this.principal.id, clearanceFor(label))
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
   * A batch of the audit, to be written in the same atom as what it tells of. Its own label is public, as only `Audit`
   * reads it, which checks that of each entry.
   */
  audited(groups: readonly NotedGroup[]): OwnMutation {
    return auditMutation(this.#space.owner, groups, undefined) as OwnMutation
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
    this.#space.assertOpen()
    const { id: author } = this.principal
    const audience = over ? { over: this.audience } : {}
    const mutations = batch.map((mutation) =>
      mutation.type === 'delete' ? { ...mutation, author, ...audience } : { ...mutation, ...audience },
    )
    requireBatch(mutations)
    return this.#space.store.write(mutations)
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
    if (reason === 'guard' && guard) throw new FenceError(guard.key.id, guard.version)
    if (reason === 'label') {
      // A record above the clearance looks absent. Only creating it anew reveals that the key is taken.
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

  async #labelOfSource(id: string): Promise<Label> {
    const source = await this.load('objects', id)
    if (!source) throw new NotFoundError('object', id)
    // Its label counts, so it must be the one that it was stored under.
    assertReadable(source.value)
    return source
  }
}

const refusalReasons = {
  version: 'another version is stored',
  guard: 'the claim was lost',
  label: 'the stored record is above its clearance',
} as const

/** A record's remaining time to live, in milliseconds; `undefined` when it has none. */
export function remainingMs(actor: Actor, { expiresAt }: Pick<StoredRecord, 'expiresAt'>): number | undefined {
  return expiresAt === undefined ? undefined : Math.min(limits.ttlMs, Math.max(1, expiresAt - actor.now()))
}

function clearanceFor({ sensitivity, compartments }: Label): string {
  return `clearance for ${[sensitivity, ...compartments].join(' + ')}`
}

type Show = (record: Shown) => unknown
const hide: Show = () => undefined
