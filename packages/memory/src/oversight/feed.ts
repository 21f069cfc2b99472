import { auditBatchOf } from '../audit/audit-log.ts'
import type { Actor } from '../space/actor.ts'
import type { Space } from '../space/space.ts'
import type { Change } from '../store/change.ts'
import { hasTrait } from '../store/collections.ts'
import type { Collection } from '../store/collections.ts'
import type { Shown } from '../space/shown.ts'
import { visibleSources } from '../store/source-name.ts'
import type { RecordKey, Seq, StoredRecord } from '../store/record.ts'
import { covers } from '../values/access.ts'
import { CorruptRecordError } from '../values/errors.ts'
import { limits } from '../values/limits.ts'
import { requireInteger, requireStrings } from '../values/require-option.ts'
import { isSealed } from '../values/sealed-text.ts'
import { entriesOf, ledgerSum } from '../work/ledger-entry.ts'
import type { Reuse, Use } from '../work/ledger-entry.ts'
import { parseWorkId } from '../work/work-id.ts'
import type { AuditEntry } from './audit.ts'
import { requireOptions } from '../values/require-options.ts'
import type { OptionKinds } from '../values/require-options.ts'

/** A record next to its change, with the value as JSON text: most followers of the feed look at few values. */
export interface FeedRecord extends Omit<StoredRecord, 'value'> {
  readonly text: string
}

/** An event in the memory, as far as one principal may see it. */
export type FeedEntry =
  /** A record was written or deleted; `record` is its present state, if requested. */
  | { readonly type: 'change'; readonly seq: Seq; readonly change: Change; readonly record: FeedRecord | undefined }
  /** Reads by agents, including refused ones; for principals with the right `audit`. */
  | { readonly type: 'reads'; readonly seq: Seq; readonly entries: readonly AuditEntry[] }
  /** What work has used. */
  | { readonly type: 'uses'; readonly seq: Seq; readonly at: number; readonly uses: readonly Use[] }
  /** Known results that were used instead of computing them again. */
  | { readonly type: 'reuses'; readonly seq: Seq; readonly at: number; readonly reuses: readonly Reuse[] }

/** A page of the feed, in order. */
export interface FeedPage {
  readonly entries: readonly FeedEntry[]
  /** The position of the first entry examined, shown or not; absent when there was none. */
  readonly first: Seq | undefined
  /** The position up to which the feed was examined: continue from there. */
  readonly seq: Seq
  /** The newest position of the feed. */
  readonly last: Seq
  /** True when the feed no longer holds everything after the requested position. */
  readonly trimmed: boolean
  /** Identifies the life of the feed; changes when the store has lost changes. */
  readonly incarnation: string | undefined
}

/** A query for a page of the feed. */
export interface FeedQuery {
  /** The position to start after; 0 for the beginning. */
  readonly after: Seq
  /**
   * The number of feed entries to examine, at most 1,000; fewer may be shown.
   *
   * @defaultValue 200
   */
  readonly limit?: number
  /**
   * Restricts the page to these collections; `audit` stands for reads, `ledger` for reuses.
   *
   * @defaultValue all
   */
  readonly collections?: readonly Collection[]
  /**
   * Whether to read the changed records too.
   *
   * @defaultValue false
   */
  readonly withRecords?: boolean
}

const queryKinds: OptionKinds<FeedQuery> = { after: 'any', limit: 'any', collections: 'any', withRecords: 'boolean' }

/** A follower polls at this interval even without a wake-up, in milliseconds. */
const fallbackPollMs = 1_000

/**
 * Everything that happens in a memory, in one order: writes, reads and reuses. For
 * dashboards and reports; agents use `View.watch`.
 */
export class Feed {
  readonly #space: Space
  readonly #actor: Actor
  readonly #mayAudit: boolean

  /** @internal */
  constructor(space: Space, actor: Actor) {
    this.#space = space
    this.#actor = actor
    this.#mayAudit = actor.has('audit')
  }

  /**
   * Reads a page of the feed.
   *
   * @throws OptionError, StoreError
   *
   * @example
   * ```ts
   * import { mapStore, openMemory } from '@skein/memory'
   *
   * const memory = await openMemory({ store: mapStore() })
   * const ann = memory.as({ id: 'ann', role: 'reader' })
   * await ann.facts.set('greeting', 'hello')
   * const { entries } = await ann.feed.read({ after: 0, withRecords: true })
   * entries.map((entry) => entry.type === 'change' && entry.record?.text) // => ['"hello"']
   * await memory.close()
   * ```
   */
  async read(query: FeedQuery): Promise<FeedPage> {
    const { after, limit = 200, collections, withRecords = false } = requireOptions('feed.read', query, queryKinds)
    requireInteger('after', after, 0)
    requireInteger('limit', limit, 1, limits.page)
    if (collections !== undefined) requireStrings('collections', collections)
    this.#space.assertOpen()
    const { changes, last, trimmed, incarnation } = await this.#actor.unseen.changes(after, limit)
    const isWanted = ({ collection }: Change): boolean => collections?.includes(collection) ?? true
    const visible = changes.filter((change) => isWanted(change) && this.#isShown(change))
    const records = await this.#records(
      visible.filter(({ collection }) => withRecords || !hasTrait(collection, 'shown')),
    )
    const entries = visible.flatMap((change) => this.#toEntries(change, records.get(nameOf(change))))
    return { entries, first: changes[0]?.seq, seq: changes.at(-1)?.seq ?? after, last, trimmed, incarnation }
  }

  /** The newest position of the feed; 0 when nothing was ever written. */
  async last(): Promise<Seq> {
    this.#space.assertOpen()
    return (await this.#actor.unseen.changes(Number.MAX_SAFE_INTEGER, 1)).last
  }

  /**
   * Resolves soon after the memory may have changed since `mark`, or after a second.
   * Take the mark before reading the feed.
   *
   * @throws the signal's reason
   */
  untilNews(mark: number, signal?: AbortSignal): Promise<void> {
    return this.#space.epochs.untilAnnounced(mark, fallbackPollMs, signal)
  }

  /** The mark that {@link untilNews} compares with. */
  mark(): number {
    return this.#space.epochs.announced
  }

  /**
   * Grows when records are forgotten, whoever forgets them and whoever may know of it; with a large erasure, when it comes
   * into force. Whoever keeps what the memory said drops its copies then, or reads them again.
   */
  get erasures(): number {
    return this.#space.epochs.forgotten
  }

  #isShown(change: Change): boolean {
    if (change.op === 'set' && change.collection === 'ledger') return change.id !== ledgerSum
    if (change.op === 'set' && change.collection === 'audit') return this.#mayAudit
    return hasTrait(change.collection, 'shown') && covers(this.#actor.audience, change)
  }

  async #records(changes: readonly Change[]): Promise<ReadonlyMap<string, StoredRecord>> {
    const keys = new Map<string, RecordKey>()
    for (const change of changes) {
      const { collection, id } = change
      if (change.op === 'set') keys.set(nameOf(change), { collection, id })
    }
    if (keys.size === 0) return new Map()
    const found = await this.#readAll([...keys.values()])
    return new Map(found.flatMap((record) => (record ? [[nameOf(record), record] as const] : [])))
  }

  /** A damaged record must not hide its neighbours. */
  async #readAll(keys: readonly RecordKey[]): Promise<readonly (StoredRecord | undefined)[]> {
    const { unseen } = this.#actor
    try {
      return await unseen.read(keys)
    } catch (error) {
      if (!(error instanceof CorruptRecordError)) throw error
      const read = (key: RecordKey): Promise<StoredRecord | undefined> =>
        unseen.read([key]).then(
          ([record]) => record,
          () => undefined,
        )
      return Promise.all(keys.map(read))
    }
  }

  #toEntries(change: Change, record: StoredRecord | undefined): readonly FeedEntry[] {
    const { seq, collection, id } = change
    if (!hasTrait(collection, 'shown')) {
      // For example, sealed with a missing key.
      if (!record || isSealed(record.value)) return []
      return collection === 'audit' ? this.#reads(seq, record) : this.#ledger(seq, record)
    }
    const seen = this.#actor.seeChange(change, 'watch')
    if (!seen) return []
    const present = this.#actor.see({ collection, id }, record, 'unnoted', 'all')
    const isReadable = present && !isSealed(present.value)
    return [{ type: 'change', seq, change: seen, record: isReadable ? this.#toRecord(present) : undefined }]
  }

  #reads(seq: Seq, record: StoredRecord): readonly FeedEntry[] {
    const { at, groups } = auditBatchOf(record.value)
    const shown = groups.filter((group) => covers(this.#actor.audience, group))
    for (const group of shown) this.#actor.used(group)
    const entries = shown.flatMap(({ ids, ...noted }): AuditEntry[] =>
      ids.map(([id, count]) => ({ at, ...noted, id, count })),
    )
    return entries.length === 0 ? [] : [{ type: 'reads', seq, entries }]
  }

  #ledger(seq: Seq, record: StoredRecord): readonly FeedEntry[] {
    const labelled = entriesOf(record.value).map((entry) => ({ entry, label: parseWorkId(entry.work).label }))
    const shown = labelled.filter(({ label }) => covers(this.#actor.audience, label))
    for (const { label } of shown) this.#actor.used(label)
    const uses = shown.flatMap(({ entry }) => ('used' in entry ? [entry] : []))
    const reuses = shown.flatMap(({ entry }) => ('used' in entry ? [] : [entry]))
    const at = record.updatedAt
    return [
      ...(uses.length > 0 ? [{ type: 'uses', seq, at, uses } as const] : []),
      ...(reuses.length > 0 ? [{ type: 'reuses', seq, at, reuses } as const] : []),
    ]
  }

  #toRecord({ value: text, ...record }: Shown): FeedRecord {
    return { ...record, derivedFrom: visibleSources(record, this.#actor.audience), text }
  }
}

function nameOf({ collection, id }: RecordKey): string {
  return `${collection}/${id}`
}
