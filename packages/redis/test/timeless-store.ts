import { hash } from 'node:crypto'

import type { Change, Commit, Mutation, RecordFilter, RecordKey, Store, StoredRecord } from '@skein/memory/store'

import { collections, longTimes, positionKey } from './write-programs.ts'

/**
 * A store that can be compared with one of another clock: what it answers and
 * holds is told by the turns of a program instead of times.
 */
export class TimelessStore {
  readonly store: Store
  readonly #later: (than: number) => Promise<number>
  readonly #turns: { readonly from: number; readonly to: number }[] = []

  /** @param later - Waits until a time has passed, and resolves to the time after it. */
  constructor(store: Store, later: (than: number) => Promise<number>) {
    this.store = store
    this.#later = later
  }

  /** Begins to write all batches in one turn of the event loop. */
  async write(batches: readonly (readonly Mutation[])[]): Promise<unknown[]> {
    const from = await this.#later(this.#turns.at(-1)?.to ?? 0)
    const commits = await Promise.all(batches.map((batch) => this.store.write(batch)))
    const to = await this.#later(from)
    this.#turns.push({ from, to })
    // What lives for 1 ms is gone then.
    await this.#later(to)
    return commits.map((commit) => this.#plainCommit(commit))
  }

  /** All records, all lists about some names, and the feed. */
  async contents(keys: readonly RecordKey[], names: readonly string[]): Promise<unknown> {
    const filters: Partial<RecordFilter>[] = [
      {},
      ...names.flatMap((name) => [{ task: name }, { tags: [name] }, { author: name }, { derivedFrom: name }]),
    ]
    const lists = collections.flatMap((collection) =>
      filters.flatMap((filter) => [
        this.#list({ ...filter, collection }, 'oldest'),
        this.#list({ ...filter, collection }, 'newest'),
      ]),
    )
    const { changes, last, trimmed } = await this.store.changes(0, 10_000)
    const part = await this.store.changes(Math.floor(last / 2), 3)
    return {
      records: (await this.store.read(keys)).map((record) => record && this.#timeless(untagged(record))),
      lists: await Promise.all(lists),
      feed: { changes: this.#timelessChanges(changes), last, trimmed },
      part: { changes: this.#timelessChanges(part.changes), last: part.last, trimmed: part.trimmed },
    }
  }

  async #list(filter: RecordFilter, order: 'oldest' | 'newest'): Promise<unknown> {
    const found: unknown[] = []
    let after: number | undefined
    do {
      const page = await this.store.query({ ...filter, order, limit: 2, after })
      found.push(page.records.map(({ id, seq }) => [id, seq]))
      after = page.next
    } while (after !== undefined)
    return found
  }

  #plainCommit(commit: Commit): unknown {
    if (commit.ok) return commit.written.map((written) => this.#timeless(written))
    const { refusal } = commit
    if (refusal.reason === 'seal') return refusal
    return { ...refusal, current: refusal.current && this.#timeless(untagged(refusal.current)) }
  }

  #timelessChanges(changes: readonly Change[]): unknown[] {
    return changes.map((change) => ({ ...change, at: this.#turnOf(change.at) }))
  }

  #timeless(times: Pick<StoredRecord, 'createdAt' | 'updatedAt' | 'expiresAt'>): unknown {
    const { createdAt, updatedAt, expiresAt } = times
    return {
      ...times,
      createdAt: this.#turnOf(createdAt),
      updatedAt: this.#turnOf(updatedAt),
      // What is deleted expires at once.
      expiresAt: expiresAt === undefined || expiresAt === updatedAt ? expiresAt && 'now' : this.#lifeOf(expiresAt),
    }
  }

  #lifeOf(expiresAt: number): unknown {
    for (const ttlMs of [1, ...longTimes]) {
      const turn = this.#findTurn(expiresAt - ttlMs)
      if (turn !== -1) return [turn, ttlMs]
    }
    throw new Error(`Nothing was to expire at ${expiresAt}.`)
  }

  #turnOf(time: number): number {
    const turn = this.#findTurn(time)
    if (turn === -1) throw new Error(`Nothing was done at ${time}.`)
    return turn
  }

  #findTurn(time: number): number {
    return this.#turns.findIndex(({ from, to }) => from <= time && time <= to)
  }
}

/** A record whose value has no tag of its position, which the times go into, but says whether that is the right one. */
function untagged(record: StoredRecord): StoredRecord {
  const [, value, tag] = /^([^]*)\.([0-9a-f]{40})$/.exec(record.value) ?? []
  if (tag === undefined) return record
  const { seq, createdAt, updatedAt } = record
  const isRight = hash('sha1', `${positionKey} ${seq} ${createdAt} ${updatedAt}`) === tag
  return { ...record, value: `${value}, at ${isRight ? 'its' : 'another'} position` }
}
