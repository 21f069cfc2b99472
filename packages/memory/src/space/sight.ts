import type { NotedAction } from '../audit/noted-reads.ts'
import { ReadAuditor } from '../audit/read-auditor.ts'
import type { Entry } from '../cache/coherent-cache.ts'
import { fillPage } from '../search/fill-page.ts'
import type { FoundKey } from '../search/term-table.ts'
import type { Change } from '../store/change.ts'
import type { Collection } from '../store/collections.ts'
import type { NameQuery, RecordQuery, SearchAnswer, SearchQuery } from '../store/query.ts'
import type { RecordKey, Seq, StoredRecord } from '../store/record.ts'
import type { Store } from '../store/store.ts'
import { asHeld, audienceOf, covers, isWithdrawn, levelIndex, withWithdrawn } from '../values/access.ts'
import type { Audience, Label, Principal, Right } from '../values/access.ts'
import { isTold, tracerFor, traceRead } from '../tracing/trace-memory.ts'
import { AccessError } from '../values/errors.ts'
import { factIndexOf } from './fact-index.ts'
import type { MeaningQuery, MeaningSearch } from './meaning-search.ts'
import { PastSight } from './past-sight.ts'
import type { ReadScope } from './read-scope.ts'
import { withoutMark } from './shown.ts'
import type { Include, Shown, ShownChange } from './shown.ts'
import type { StoredSpace } from './space.ts'
import { waitsOf } from './wait-graph.ts'
import type { WaitGraph } from './wait-graph.ts'
import { followFeed, watchFeed } from './watch.ts'
import type { WatchOptions } from './watch.ts'

/** Calls of the store that bypass the gate: for what is not shown to anybody, or only after {@link Sight.see}. */
export type Unseen = Pick<Store, 'read' | 'query' | 'past' | 'pastIds' | 'changes' | 'verify'>

/** How a read is noted; `unnoted` for one of many that serve a single purpose, such as those of a wait. */
type Noting = NotedAction | 'unnoted'

/**
 * The gate that hands out: every record that a principal sees passes `see`. The clearance
 * is checked, the audit notes the read, and the scope collects the label for what is
 * written. `Shown` is made here and nowhere else.
 */
export class Sight {
  readonly principal: Principal
  readonly audience: Audience
  readonly scope: ReadScope | undefined
  /** Absent where reads are not audited. */
  readonly readAuditor: ReadAuditor | undefined
  protected readonly space: StoredSpace
  /** The highest level that needs no more than a glance: what is read in a scope has to be noted there. */
  readonly #freeLevel: number

  /** @throws OptionError when the principal is invalid. */
  constructor(space: StoredSpace, principal: Principal, scope: ReadScope | undefined) {
    this.principal = principal
    this.audience = audienceOf(principal)
    this.scope = scope
    this.readAuditor = space.readAudit && new ReadAuditor(space.readAudit, principal.id, this.audience)
    this.space = space
    this.#freeLevel = scope?.lasts === false ? -1 : scope ? 0 : levelIndex(this.audience.level)
    const { readAuditor: reading } = this
    if (reading && scope?.flushesAudit) scope.onEnd(() => reading.flush())
  }

  /** What the store holds, unchecked. */
  get unseen(): Unseen {
    return this.space.store
  }

  /** The store's clock, Unix milliseconds. */
  now(): number {
    return this.space.store.now()
  }

  /** The label of everything that this principal may have read: what it did read, where that is recorded. */
  get label(): Label {
    return this.scope ? this.scope.label : this.clearance
  }

  /** The label of what only those may see who are cleared for as much. */
  get clearance(): Label {
    const { level: sensitivity, compartments } = this.audience
    return { sensitivity, compartments }
  }

  /** The record, unless it is absent, holds no more or is above the clearance: to the principal these look alike. */
  see(
    key: RecordKey,
    stored: StoredRecord | undefined,
    noting: Noting = 'read',
    include: Include = 'holding',
  ): Shown | undefined {
    const record = include === 'all' ? withoutMark(stored) : stored
    if (noting !== 'unnoted') this.readAuditor?.note(noting, key.collection, key.id, this.#noted(record))
    if (!record || !covers(this.audience, record)) return undefined
    this.scope?.noteRecord(record)
    return record as Shown
  }

  /** What the audit takes a read for: what holds no more is absent, unless it is above the clearance as well. */
  #noted(record: StoredRecord | undefined): StoredRecord | undefined {
    const held = record && isWithdrawn(record) ? asHeld(record) : undefined
    return held && covers(this.audience, held) ? undefined : (held ?? record)
  }

  /** The records that this principal may see. */
  seeAll(
    collection: Collection,
    records: readonly StoredRecord[],
    action: NotedAction = 'list',
    include?: Include,
  ): readonly Shown[] {
    if (records.length === 0) this.readAuditor?.note(action, collection, '', undefined)
    return records.flatMap((record) => this.see(record, record, action, include) ?? [])
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
  read(key: RecordKey, noting?: Noting, include?: Include): Promise<Shown | undefined> {
    const read = async (): Promise<Shown | undefined> =>
      this.see(key, (await this.space.store.read([key]))[0], noting, include)
    if (noting === 'unnoted') return read()
    return this.#traced({ operation: 'read_memory', collection: key.collection }, read, (record) =>
      record ? [record] : [],
    )
  }

  /** What this principal may see of the past. */
  get past(): PastSight {
    return new PastSight(this.space, this)
  }

  /** One record, cached or not. */
  async load(
    collection: 'facts' | 'objects' | 'work',
    id: string,
    noting?: Noting,
    include?: Include,
  ): Promise<Shown | undefined> {
    const { record } = await this.space[collection].load(id)
    return this.see({ collection, id }, record, noting, include)
  }

  /** A page of a list, of what this principal may see. */
  query(
    query: Omit<RecordQuery, 'audience'>,
    include?: Include,
  ): Promise<{ records: readonly Shown[]; next?: Seq | undefined }> {
    const { collection } = query
    return this.#traced({ operation: 'search_memory', collection }, async () => {
      const page = await this.space.store.query({ ...query, audience: this.#asking(include) })
      return { ...page, records: this.seeAll(collection, page.records, 'list', include) }
    })
  }

  /** A page of a list by name, of what this principal may see. */
  list(query: Omit<NameQuery, 'audience'>): Promise<{ records: readonly Shown[]; next?: string | undefined }> {
    const { collection } = query
    return this.#traced({ operation: 'search_memory', collection }, async () => {
      const page = await this.space.store.list({ ...query, audience: this.audience })
      return { ...page, records: this.seeAll(collection, page.records) }
    })
  }

  /**
   * Candidates of a search, of what this principal may see. They are not noted: those that are shown go through
   * {@link seeAll}.
   */
  search(query: Omit<SearchQuery, 'audience'>, include?: Include): Promise<SearchAnswer> {
    const { collection } = query
    return this.#traced({ operation: 'search_memory', collection }, async () => {
      const seen = { ...query, audience: this.#asking(include) }
      if (collection !== 'facts') return this.space.store.search(seen)
      return this.#candidates(query.limit, (limit) => factIndexOf(this.space).search({ ...seen, limit }, this.now()))
    })
  }

  /** Search by meaning, where there is an embedder. */
  get meaning(): MeaningSearch | undefined {
    return this.space.meaning
  }

  /** Candidates by meaning, as by words in {@link search}. @throws EmbedderError, AccessError, StoreError */
  searchMeaning(query: Omit<MeaningQuery, 'audience' | 'label'>, include?: Include): Promise<SearchAnswer> {
    const { text, collection } = query
    return this.#traced({ operation: 'search_memory', collection, text }, async () => {
      const audience = this.#asking(include)
      const label = this.scope?.label
      return this.#candidates(
        query.limit,
        async (limit) => (await this.space.meaning?.find({ ...query, limit, audience, label })) ?? [],
      )
    })
  }

  /** Does something as a span, where somebody traces and the collection is told of. */
  #traced<Result>(
    { operation, collection, text }: Told,
    code: () => Promise<Result>,
    recordsOf = (result: Result): readonly StoredRecord[] => (result as Listed).records,
  ): Promise<Result> {
    const tracer = isTold(collection) ? tracerFor(this.space.tracing) : undefined
    if (!tracer) return code()
    const query = text === undefined ? undefined : { text, label: this.label }
    return traceRead(tracer, { operation, collection, agent: this.principal.id, query }, code, recordsOf)
  }

  #candidates(limit: number, find: (limit: number) => Promise<readonly FoundKey[]>): Promise<SearchAnswer> {
    const search = async (asked: number): Promise<SearchAnswer> => {
      const found = await find(asked)
      const records = found.length === 0 ? [] : await this.space.store.read(found.map(({ key }) => key))
      return {
        // What was written since the index was read may match no more. What is being erased is not there.
        records: records.filter((record, at): record is StoredRecord => record?.seq === found[at]?.seq),
        scores: new Map(found.map(({ seq, score }) => [seq, score])),
      }
    }
    return fillPage(limit, search, (records) => records)
  }

  #asking(include: Include | undefined): Audience {
    return include === 'all' ? withWithdrawn(this.audience) : this.audience
  }

  /** Follows changes of records whose `collection/id` begins with the prefix; see `View.watch`. */
  watch(prefix: string, options: WatchOptions): AsyncGenerator<ShownChange, void, undefined> {
    return watchFeed(this.space, this, prefix, options)
  }

  /** All changes from now on, unchecked. */
  followUnseen(signal: AbortSignal, onStart: () => void): AsyncGenerator<Change, void, undefined> {
    return followFeed(this.space, signal, onStart)
  }

  /** Waits that may never end, over all threads and processes. */
  get waits(): WaitGraph {
    return waitsOf(this.space)
  }

  /** Notes the use of content with this label that is no record. @throws AccessError when it is above the clearance. */
  requireSight(label: Label): void {
    if (!covers(this.audience, label)) throw new AccessError(this.principal.id, clearanceFor(label))
    this.used(label)
  }

  /** Records the use of content with this label that was not read as a record, and where it comes from. */
  used(label: Label, sources: readonly string[] = []): void {
    this.scope?.noteLabel(label)
    this.scope?.noteSources(sources)
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
}

/** What a span reports on a read. */
interface Told {
  readonly operation: 'search_memory' | 'read_memory'
  readonly collection: Collection
  /** What is searched for. */
  readonly text?: string
}

/** What most reads resolve to. */
interface Listed {
  readonly records: readonly StoredRecord[]
}

/** What an error says that a principal needs. */
export function clearanceFor({ sensitivity, compartments }: Label): string {
  return `clearance for ${[sensitivity, ...compartments].join(' + ')}`
}
