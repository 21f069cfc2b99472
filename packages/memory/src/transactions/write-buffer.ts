import { decideMutation, liveRecord } from '../store/apply-mutation.ts'
import type { Row, Verdict } from '../store/apply-mutation.ts'
import type { Collection } from '../store/collections.ts'
import type { Guard, Mutation, SetMutation, Written } from '../store/mutation.ts'
import type { RecordKey, StoredRecord } from '../store/record.ts'
import { covers } from '../values/access.ts'
import type { Label } from '../values/access.ts'
import { limits } from '../values/limits.ts'
import { nameOf } from './read-set.ts'
import type { ReadSet } from './read-set.ts'
import { TransactionError } from './transaction-error.ts'

/** What a transaction does to a record so far. */
interface Buffered {
  readonly mutation: Mutation
  readonly row: Row
}

/** Positions of what is not written yet: behind all that a feed gives, so that lists show it last. */
const firstSeq = 2 ** 52

/**
 * What one attempt of a transaction is to write: one mutation for each record, however often it was written. They are
 * decided as a store decides them, over what the transaction has seen; versions, positions and times are provisional.
 */
export class WriteBuffer {
  readonly #reads: ReadSet
  readonly #writes = new Map<string, Buffered>()
  readonly #guards = new Map<string, Guard>()
  #seq = firstSeq
  #bytes = 0

  constructor(reads: ReadSet) {
    this.#reads = reads
  }

  get size(): number {
    return this.#writes.size + this.#guards.size
  }

  has(key: RecordKey): boolean {
    return this.#writes.has(nameOf(key))
  }

  /** The record as the transaction has written it; `undefined` where it has deleted it. Asked where it `has` it. */
  get(key: RecordKey, now: number): StoredRecord | undefined {
    return liveRecord(this.#writes.get(nameOf(key))?.row, now)
  }

  /** The records of a collection that have a new value, in the order of writing. */
  of(collection: Collection, now: number): readonly StoredRecord[] {
    const records = [...this.#writes.values()].flatMap(({ row }) => liveRecord(row, now) ?? [])
    return records
      .filter((record) => record.collection === collection && record.seq > firstSeq)
      .toSorted((a, b) => a.seq - b.seq)
  }

  /** Whether a record of a collection was written or deleted. */
  touches(collection: Collection): boolean {
    return [...this.#writes.values()].some(({ row }) => row.record.collection === collection)
  }

  /** Decides a mutation, without taking it in. Conditions on versions need what was seen of its record. */
  decide(mutation: Mutation, now: number): Verdict {
    const { guard } = mutation
    const known = guard && this.#guards.get(guard.key.id)
    if (known && known.version !== guard.version) {
      return { type: 'refuse', refusal: { reason: 'guard', current: undefined } }
    }
    const seen = this.#reads.seen(mutation.key)?.record
    const row = this.#writes.get(nameOf(mutation.key))?.row ?? (seen && { record: seen, deleted: false })
    const unguarded = { ...mutation, guard: undefined }
    return decideMutation(unguarded, { row, guardRow: undefined, now, seq: (this.#seq += 1), floor: 0 })
  }

  /** Takes in what was decided. @throws TransactionError */
  take(mutation: Mutation, verdict: Exclude<Verdict, { type: 'refuse' }>): Written {
    const { guard } = mutation
    if (guard) this.#guards.set(guard.key.id, guard)
    if (verdict.type === 'put') {
      const name = nameOf(mutation.key)
      const earlier = this.#writes.get(name)?.mutation
      const next = merged(earlier, mutation)
      this.#bytes += sizeOf(next) - (earlier ? sizeOf(earlier) : 0)
      if (this.#bytes > limits.batchBytes)
        throw new TransactionError('limit', `It may write ${limits.batchBytes} bytes.`)
      this.#writes.set(name, { mutation: next, row: verdict.row })
    }
    return verdict.written
  }

  /** Whether all that is written is at least as sensitive as what was read, also where that was read later. */
  isCoveredBy(label: Label): boolean {
    return [...this.#writes.values()].every(({ mutation, row: { record } }) => {
      const { sensitivity: level, compartments } = record
      return mutation.type === 'delete' || covers({ level, compartments }, label)
    })
  }

  /** The claims under which it is written, as checks. */
  guards(): Mutation[] {
    return [...this.#guards.values()].map(({ key, version }) => ({ type: 'check', key, ifVersion: version }) as const)
  }

  /** The writes, each on condition that what was seen of its record is still there. */
  mutations(): Mutation[] {
    return [...this.#writes.values()].flatMap(({ mutation }) => {
      const seen = this.#reads.seen(mutation.key)
      // What came and went within the transaction was never there.
      if (mutation.type === 'delete' && seen?.version === 0) return []
      return seen ? { ...mutation, ifVersion: seen.version } : mutation
    })
  }
}

/** The bytes of what a mutation writes. */
function sizeOf(mutation: Mutation): number {
  return mutation.type === 'set' ? Buffer.byteLength(mutation.value) : 0
}

/** One mutation that does what two do one after the other. Its conditions are those of the transaction. */
function merged(earlier: Mutation | undefined, later: Mutation): Mutation {
  if (later.type === 'touch' && earlier?.type === 'set') return { ...earlier, ttlMs: later.ttlMs }
  return withoutConditions(later)
}

function withoutConditions(mutation: Mutation): Mutation {
  if (mutation.type === 'touch') return { ...mutation, guard: undefined }
  return { ...mutation, guard: undefined, ifVersion: undefined } as SetMutation
}
