import { HeldError } from '../values/held-error.ts'
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

/** A delete, as the feed reports it. */
type Deletion = Pick<StoredRecord, 'author' | 'sensitivity' | 'compartments'> & {
  readonly at: number
  readonly seq: Seq
}

/** The outcome of a merge. */
export interface Merged {
  /** False for a repeat. */
  readonly isNew: boolean
  /** Whether the fact now has more than one value. */
  readonly isConflict: boolean
}

/** A fact and its replica, read together. */
interface Found {
  readonly fact: StoredRecord | undefined
  readonly replica: FactReplica
  /** The version of the record that holds the replica; 0 for none. */
  readonly version: number
}

/**
 * Keeps the state of shared facts in step with the facts themselves.
 *
 * If a fact's version differs from the one that its replica names, an agent of
 * this node has written it since. That write enters the state first
 * (`captureLocalWrite`), before anything received (`take`). Fact and replica are
 * written as one batch that names both versions, so no agent's write slips in
 * between.
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
   * Adds to a fact's state what agents of this node wrote.
   *
   * @param deletion - The feed's entry if the fact was deleted; `'unknown'` if the feed was not read.
   * @param evenPrivate - Whether a fact that was never shared gets a replica as well.
   * @returns the replica afterwards; `undefined` for a fact that was never shared.
   */
  async captureLocalWrite(
    key: string,
    deletion?: Deletion | 'unknown',
    evenPrivate = false,
  ): Promise<FactReplica | undefined> {
    for (;;) {
      const found = await this.#read(key)
      const known = deletion === 'unknown' ? await this.#unnoticedDeletion(found) : deletion
      const next = this.#withLocalWrite(found, known, evenPrivate)
      if (next === undefined) return found.version === 0 ? undefined : found.replica
      if (await this.#keep(key, found, next)) return next
    }
  }

  /**
   * Merges another node's state of a fact and shows the winning entry.
   *
   * @throws SchemaError when the winning value does not fit its schema; nothing changes then.
   */
  async take(key: string, received: FactState): Promise<Merged> {
    for (;;) {
      const found = await this.#read(key)
      const captured = this.#withLocalWrite(found, await this.#unnoticedDeletion(found), true)
      if (captured !== undefined) {
        await this.#keep(key, found, captured)
        continue
      }
      const next = takeState(found.replica, received)
      const isConflict = shownEntries(next).length > 1
      if (isSameState(next.state, found.replica.state)) return { isNew: false, isConflict }
      if (await this.#showUnlessHeld(key, found, next)) return { isNew: true, isConflict }
    }
  }

  async #read(key: string): Promise<Found> {
    const [fact, record] = await this.#store.read([factKey(key), replicaKey(key)])
    return { fact, replica: decodeReplica(record), version: record?.version ?? 0 }
  }

  /**
   * The replica after an agent's write on this node; `undefined` when there was none.
   *
   * @param evenPrivate - Whether a fact that was never shared gets a replica as well.
   */
  #withLocalWrite(
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
    // The fact may be absent because of another node's delete.
    if (!deletion || !present || isAbsent(present, this.#store.now())) return undefined
    const { author, sensitivity, compartments, at, seq } = deletion
    const meta = { author, tags: [], derivedFrom: [], sensitivity, compartments }
    // The deletion of a fact that was never shared stays private, too.
    const isShared = held.state.context.length > 0
    return {
      ...localWrite(held, this.#node, { value: null, meta, at }, isShared),
      shown: 0,
      local: isShared ? seq : held.local,
    }
  }

  /** A fact that is absent although its state shows a value was just deleted; only the feed knows the author. */
  async #unnoticedDeletion({ fact, replica: held }: Found): Promise<Deletion | undefined> {
    const [present] = shownEntries(held)
    if (fact || !present || isAbsent(present, this.#store.now())) return undefined
    const { last: seq } = await this.#store.changes(Number.MAX_SAFE_INTEGER, 1)
    return { ...present.meta, author: this.#node, at: this.#store.now(), seq }
  }

  /** Writes the replica alone, unless the fact was written meanwhile. */
  async #keep(key: string, { fact, version }: Found, next: FactReplica): Promise<boolean> {
    const mutation = replicaMutation(key, next, version)
    const batch: readonly Mutation[] = fact
      ? [{ ...mutation, guard: { key: factKey(key), version: fact.version } }]
      : [stillAbsent(key), mutation]
    return (await this.#store.write(batch)).ok
  }

  /** What is held here stays as it is; the replica has what the other nodes say. */
  async #showUnlessHeld(key: string, found: Found, next: FactReplica): Promise<boolean> {
    try {
      return await this.#show(key, found, next)
    } catch (error) {
      if (!(error instanceof HeldError)) throw error
      return this.#keep(key, found, next)
    }
  }

  /** Writes the replica and the entry that it shows, unless one of them was written meanwhile. */
  async #show(key: string, found: Found, next: FactReplica): Promise<boolean> {
    const { fact, replica: held, version } = found
    const entries = shownEntries(next)
    const before = shownEntries(held)
    const [present] = entries
    // A new conflict makes a new version of the fact, too: a writer that names a version then knows all its conflicts.
    const isShown =
      entries.length === before.length && entries.every((entry, index) => isSameDot(entry, before[index] as FactEntry))
    if (isShown) return this.#keep(key, found, next)
    const now = this.#store.now()
    // Without an entry, the key was forgotten.
    if (!present || isAbsent(present, now)) {
      const author = present?.meta.author ?? 'skein'
      const gone: Mutation = fact
        ? { type: 'delete', key: factKey(key), author, ifVersion: fact.version, isRecallable: present?.value === null }
        : stillAbsent(key)
      return (await this.#store.write([gone, replicaMutation(key, { ...next, shown: 0 }, version)])).ok
    }
    const { value, meta, expiresAt } = present
    const ttlMs = expiresAt === undefined ? undefined : expiresAt - now
    // The replica names the fact's version, which the store assigns: guess it, and correct the guess if it is refused.
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
      const assigned = versionAssigned(commit.refusal)
      if (assigned === undefined) return false
      shown = assigned
    }
  }
}

/** Whether an entry leaves the fact absent: it is a delete, or has expired. */
function isAbsent({ value, expiresAt }: FactEntry, now: number): boolean {
  return value === null || (expiresAt !== undefined && expiresAt <= now)
}

/** A record's metadata, without its other fields. */
export function metaOf(record: RecordMeta): RecordMeta {
  const { author, task, tags, importance, derivedFrom, sensitivity, compartments } = record
  return { author, task, tags, importance, derivedFrom, sensitivity, compartments }
}

/** A write that changes nothing and is refused if the fact exists. */
function stillAbsent(key: string): Mutation {
  return { type: 'delete', key: factKey(key), author: 'skein', ifVersion: 0 }
}

function versionAssigned(refusal: Refusal): number | undefined {
  return refusal.reason === 'seal' && refusal.index === 0 ? refusal.version : undefined
}

function factKey(id: string): { readonly collection: 'facts'; readonly id: string } {
  return { collection: 'facts', id }
}
