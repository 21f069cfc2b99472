import { assertReadable } from '../values/sealed-text.ts'
import type { Store } from '../store/store.ts'
import type { Mutation, Refusal } from '../store/mutation.ts'
import type { RecordMeta, Seq, StoredRecord } from '../store/record.ts'
import { isSameDot, isSameState } from './fact-state.ts'
import type { FactEntry, FactState } from './fact-state.ts'
import {
  decodeReplica,
  replicaKey,
  replicaMutation,
  localWrite,
  noReplica,
  shownEntries,
  takeState,
} from './fact-replica.ts'
import type { FactReplica } from './fact-replica.ts'
import type { DecideShare } from './share-rule.ts'

/** A delete as the feed tells of it. */
type Deletion = Pick<StoredRecord, 'author' | 'sensitivity' | 'compartments'> & {
  readonly at: number
  readonly seq: Seq
}

/** What a merge did. */
export interface Merged {
  /** False for a repeat. */
  readonly isNew: boolean
  /** Whether more than one value stands there now. */
  readonly isConflict: boolean
}

/** A fact, and what is held of it, read together. */
interface Found {
  readonly fact: StoredRecord | undefined
  readonly replica: FactReplica
  /** The version of the record that holds it; 0 for none. */
  readonly version: number
}

/**
 * Keeps the state of shared facts in step with the facts themselves.
 *
 * A fact whose version is not the one that its state shows was written by an
 * agent of this node since: that write is put into the state (`stamp`) before
 * anything received is (`take`). Fact and state are written as one batch that
 * names the version of both, so no write of an agent comes in between.
 */
export class FactExchange {
  readonly #store: Store
  readonly #node: string
  readonly #decide: DecideShare

  constructor(store: Store, node: string, decide: DecideShare) {
    this.#store = store
    this.#node = node
    this.#decide = decide
  }

  /**
   * Puts what agents of this node wrote into the state of a fact.
   *
   * @param deletion - What the feed tells, where the fact was deleted; `'unknown'` where the feed was not read.
   * @returns what is held of it then; `undefined` for a fact that was never shared.
   */
  async captureLocalWrite(key: string, deletion?: Deletion | 'unknown'): Promise<FactReplica | undefined> {
    for (;;) {
      const found = await this.#read(key)
      const told = deletion === 'unknown' ? await this.#unnoticedDeletion(found) : deletion
      const next = this.#stamped(found, told, false)
      if (next === undefined) return found.version === 0 ? undefined : found.replica
      if (await this.#keep(key, found, next)) return next
    }
  }

  /**
   * Merges what another node knows of a fact, and shows the entry that wins.
   *
   * @throws SchemaError when that does not fit its schema; nothing is changed then.
   */
  async take(key: string, received: FactState): Promise<Merged> {
    for (;;) {
      const found = await this.#read(key)
      const unstamped = this.#stamped(found, await this.#unnoticedDeletion(found), true)
      if (unstamped !== undefined) {
        await this.#keep(key, found, unstamped)
        continue
      }
      const next = takeState(found.replica, received)
      const isConflict = shownEntries(next).length > 1
      if (isSameState(next.state, found.replica.state)) return { isNew: false, isConflict }
      if (await this.#show(key, found, next)) return { isNew: true, isConflict }
    }
  }

  async #read(key: string): Promise<Found> {
    const [fact, record] = await this.#store.read([factKey(key), replicaKey(key)])
    return { fact, replica: decodeReplica(record), version: record?.version ?? 0 }
  }

  /**
   * What is to be held after what an agent of this node did; `undefined` when nothing happened.
   *
   * @param evenPrivate - Whether something is to be held of a fact that was never shared.
   */
  #stamped(
    { fact, replica: held }: Found,
    deletion: Deletion | undefined,
    evenPrivate: boolean,
  ): FactReplica | undefined {
    const isKnown = held !== noReplica
    if (fact) {
      if (fact.version === held.shown) return undefined
      const isShared = this.#decide(fact, held.state.context.length > 0)
      if (!isShared && !isKnown && !evenPrivate) return undefined
      const { value, updatedAt: at, expiresAt } = fact
      assertReadable(value)
      const next = localWrite(held, this.#node, { value, meta: metaOf(fact), at, expiresAt }, isShared)
      return { ...next, shown: fact.version, local: isShared ? fact.seq : held.local }
    }
    const [present] = shownEntries(held)
    // The delete that made it absent may be one that came from another node.
    if (!deletion || !present || isAbsent(present, this.#store.now())) return undefined
    const { author, sensitivity, compartments, at, seq } = deletion
    const meta = { author, tags: [], derivedFrom: [], sensitivity, compartments }
    // What was never shared is nobody else's business, not even that it is gone.
    const isShared = held.state.context.length > 0
    return {
      ...localWrite(held, this.#node, { value: null, meta, at }, isShared),
      shown: 0,
      local: isShared ? seq : held.local,
    }
  }

  /** A fact that is gone although its state shows it was deleted a moment ago: by whom only the feed will tell. */
  async #unnoticedDeletion({ fact, replica: held }: Found): Promise<Deletion | undefined> {
    const [present] = shownEntries(held)
    if (fact || !present || isAbsent(present, this.#store.now())) return undefined
    const { last: seq } = await this.#store.changes(Number.MAX_SAFE_INTEGER, 1)
    return { ...present.meta, author: this.#node, at: this.#store.now(), seq }
  }

  /** Writes the state alone, unless the fact was written meanwhile. */
  async #keep(key: string, { fact, version }: Found, next: FactReplica): Promise<boolean> {
    const mutation = replicaMutation(key, next, version)
    const batch: readonly Mutation[] = fact
      ? [{ ...mutation, guard: { key: factKey(key), version: fact.version } }]
      : [stillAbsent(key), mutation]
    return (await this.#store.write(batch)).ok
  }

  /** Writes the state and the entry that it shows, unless one of them was written meanwhile. */
  async #show(key: string, found: Found, next: FactReplica): Promise<boolean> {
    const { fact, replica: held, version } = found
    const entries = shownEntries(next)
    const before = shownEntries(held)
    const [present] = entries
    // Also a new conflict is a new version of the fact: who writes over a version knows all conflicts that it had.
    const isShown =
      entries.length === before.length && entries.every((entry, index) => isSameDot(entry, before[index] as FactEntry))
    if (isShown || !present) return this.#keep(key, found, next)
    const now = this.#store.now()
    if (isAbsent(present, now)) {
      const { author } = present.meta
      const gone: Mutation = fact
        ? { type: 'delete', key: factKey(key), author, ifVersion: fact.version }
        : stillAbsent(key)
      return (await this.#store.write([gone, replicaMutation(key, { ...next, shown: 0 }, version)])).ok
    }
    const { value, meta, expiresAt } = present
    const ttlMs = expiresAt === undefined ? undefined : expiresAt - now
    // The state names the version that shows it, which the store gives: it is guessed, and told when that was wrong.
    for (let shown = Math.max(fact?.version ?? 0, held.shown) + 1; ;) {
      const commit = await this.#store.write([
        {
          type: 'set',
          key: factKey(key),
          value: value ?? 'null',
          meta: metaOf(meta),
          ttlMs,
          ifVersion: fact?.version ?? 0,
          asVersion: shown,
        },
        replicaMutation(key, { ...next, shown }, version),
      ])
      if (commit.ok) return true
      const told = versionTold(commit.refusal)
      if (told === undefined) return false
      shown = told
    }
  }
}

/** Whether an entry leaves a fact absent: a delete, or one whose time is over. */
function isAbsent({ value, expiresAt }: FactEntry, now: number): boolean {
  return value === null || (expiresAt !== undefined && expiresAt <= now)
}

/** What a record says of itself, and nothing else. */
export function metaOf(record: RecordMeta): RecordMeta {
  const { author, task, tags, importance, derivedFrom, sensitivity, compartments } = record
  return { author, task, tags, importance, derivedFrom, sensitivity, compartments }
}

/** A write that changes nothing and is refused when the fact is there. */
function stillAbsent(key: string): Mutation {
  return { type: 'delete', key: factKey(key), author: 'skein', ifVersion: 0 }
}

function versionTold(refusal: Refusal): number | undefined {
  return refusal.reason === 'seal' && refusal.index === 0 ? refusal.version : undefined
}

function factKey(id: string): { readonly collection: 'facts'; readonly id: string } {
  return { collection: 'facts', id }
}
