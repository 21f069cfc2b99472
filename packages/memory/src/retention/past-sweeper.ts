import { setImmediate as nextTurn } from 'node:timers/promises'

import { isHeld } from '../forgetting/hold.ts'
import type { HoldsInForce } from '../forgetting/hold.ts'
import type { KnownHolds } from '../forgetting/known-holds.ts'
import { ruleFor } from '../history/history-options.ts'
import type { HistoryRules } from '../history/history-options.ts'
import { collectionsWith, hasTrait } from '../store/collections.ts'
import type { CollectionWith } from '../store/collections.ts'
import { trimmed } from '../store/past.ts'
import type { PastVersion } from '../store/past.ts'
import type { RecordKey, Seq } from '../store/record.ts'
import type { Store } from '../store/store.ts'
import { compareNames } from '../values/compare-names.ts'
import { DueRanges } from './due-ranges.ts'
import { keepMsOf } from './retention-rules.ts'
import type { RetentionRule } from './retention-rules.ts'

/** Records in one step. */
const stepSize = 200
const changesAtOnce = 1_000

type Recalled = CollectionWith<'recalled'>

/** What a {@link PastSweeper} is made of. */
export interface PastSweeperParts {
  readonly store: Store
  readonly holds: KnownHolds
  readonly history: HistoryRules
  readonly retention: readonly RetentionRule[]
}

/** What a process knows of all past versions: when some of them are due, as of a position of the feed, and under which holds. */
interface Known {
  readonly ranges: ReadonlyMap<Recalled, DueRanges>
  readonly seq: Seq
  readonly incarnation: string | undefined
  readonly holds: number
}

/**
 * Removes past versions that are kept no longer: beyond the rules of the history, past their own end, or older than the
 * rules of retention allow. Two who do so at once do no harm.
 *
 * Who has looked at all of them knows when the next ones are due, and looks again only at those and at records that were
 * changed since.
 */
export class PastSweeper {
  readonly #parts: PastSweeperParts
  /** Where the walk continues, by collection: a run takes a step, so that it costs little where there is much. */
  readonly #after = new Map<Recalled, string>()
  #known: Known | undefined
  /** Runs follow each other: what one has read is old once another one has noted what changed. */
  #last: Promise<void> = Promise.resolve()

  constructor(parts: PastSweeperParts) {
    this.#parts = parts
  }

  /**
   * Takes a step for each kind, or removes all that is due.
   *
   * @param isOver - Asked before each step.
   */
  run(isOver: () => boolean, isWhole: boolean): Promise<void> {
    const run = this.#last.then(() => (isWhole ? this.#removeAll(isOver) : this.#removeSome(isOver)))
    // Whoever asked for it is told of its error.
    this.#last = run.catch(() => {})
    return run
  }

  async #removeSome(isOver: () => boolean): Promise<void> {
    for (const collection of collectionsWith('recalled')) if (!isOver()) await this.#step(collection)
  }

  async #removeAll(isOver: () => boolean): Promise<void> {
    this.#known = await this.#catchUp(isOver)
    const now = this.#parts.store.now()
    for (const [collection, ranges] of this.#known.ranges) {
      while (!isOver() && (await this.#removeDue(collection, ranges, now))) await nextTurn()
    }
  }

  async #step(collection: Recalled): Promise<void> {
    const after = this.#after.get(collection)
    const { ids, next } = await this.#parts.store.pastIds({ collection, prefix: '', limit: stepSize, after })
    await this.#look(collection, ids)
    if (next === undefined) this.#after.delete(collection)
    else this.#after.set(collection, next)
  }

  /** Looks at the first range where something is due; resolves to whether there was one. */
  async #removeDue(collection: Recalled, ranges: DueRanges, now: number): Promise<boolean> {
    const range = ranges.due(now)
    if (!range) return false
    const { after, upTo } = range
    const found = await this.#parts.store.pastIds({ collection, prefix: '', limit: stepSize, after })
    const ids = upTo === undefined ? found.ids : found.ids.filter((id) => compareNames(id, upTo) <= 0)
    const isAll = found.next === undefined || ids.length < found.ids.length
    const dueAt = ids.length > 0 ? await this.#look(collection, ids) : undefined
    ranges.looked(range, isAll ? upTo : found.next, dueAt)
    return true
  }

  /** What is known of all past versions, with what has changed since. */
  async #catchUp(isOver: () => boolean): Promise<Known> {
    const { store } = this.#parts
    const held = await this.#parts.holds.current()
    const { last: seq, incarnation } = await store.changes(Number.MAX_SAFE_INTEGER, 1)
    const fresh = (): Known => {
      const ranges = new Map(collectionsWith('recalled').map((collection) => [collection, new DueRanges()]))
      return { ranges, seq, incarnation, holds: held.version }
    }
    const known = this.#known
    if (!known || known.incarnation !== incarnation || known.holds !== held.version) return fresh()
    const changed = new Map<Recalled, Set<string>>()
    for (let after = known.seq; after < seq;) {
      const { changes, trimmed: isTrimmed, incarnation: now } = await store.changes(after, changesAtOnce)
      if (isTrimmed || now !== incarnation) return fresh()
      for (const { collection, id } of changes) {
        if (hasTrait(collection, 'recalled')) changed.set(collection, (changed.get(collection) ?? new Set()).add(id))
      }
      after = changes.at(-1)?.seq ?? seq
    }
    for (const [collection, ids] of changed) {
      const all = [...ids]
      for (let at = 0; at < all.length; at += stepSize) {
        if (isOver()) return known
        const some = all.slice(at, at + stepSize)
        const found = await this.#pastOf(collection, some)
        for (const [index, id] of some.entries()) {
          known.ranges.get(collection)?.lower(id, this.#plan({ collection, id }, found[index] ?? [], held).dueAt)
        }
        await nextTurn()
      }
    }
    return { ...known, seq }
  }

  /** Removes what is due of some records; resolves to when something of them is due next. */
  async #look(collection: Recalled, ids: readonly string[]): Promise<number> {
    const found = await this.#pastOf(collection, ids)
    // One that was placed meanwhile counts; the next run begins anew.
    const held = await this.#parts.holds.current()
    let next = Infinity
    for (const [index, id] of ids.entries()) {
      const key = { collection, id }
      const { due, nextAt } = this.#plan(key, found[index] ?? [], held)
      next = Math.min(next, nextAt)
      if (due.length > 0) await this.#parts.store.changePast(key, due)
    }
    return next
  }

  #pastOf(collection: Recalled, ids: readonly string[]): Promise<readonly (readonly PastVersion[])[]> {
    return this.#parts.store.past(ids.map((id) => ({ collection, id })))
  }

  /** Which versions of a record are due now, and when the first of all of them and of the others is. */
  #plan(key: RecordKey, past: readonly PastVersion[], held: HoldsInForce): Plan {
    const { store, history, retention } = this.#parts
    const [{ versions, keepMs }, now] = [ruleFor(history, key), store.now()]
    const beyond = new Set(trimmed(past, versions))
    const due: { readonly version: number }[] = []
    let [dueAt, nextAt] = [Infinity, Infinity]
    for (const version of past) {
      const { record, until, deleted } = version
      // Once a hold is released, all are looked at again.
      if (isHeld(record, held)) continue
      const { expiresAt = Infinity, updatedAt } = record
      const retainedMs = keepMsOf(retention, key.collection, record) ?? Infinity
      const endsAt = Math.min(until + keepMs, updatedAt + retainedMs, deleted ? Infinity : expiresAt)
      const isDue = endsAt <= now || beyond.has(version)
      if (isDue) due.push({ version: record.version })
      else nextAt = Math.min(nextAt, endsAt)
      dueAt = Math.min(dueAt, isDue ? -Infinity : endsAt)
    }
    return { due, dueAt, nextAt }
  }
}

interface Plan {
  readonly due: readonly { readonly version: number }[]
  readonly dueAt: number
  readonly nextAt: number
}
