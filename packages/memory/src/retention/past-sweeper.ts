import { setImmediate as nextTurn } from 'node:timers/promises'

import { isHeld } from '../forgetting/hold.ts'
import type { HoldsInForce } from '../forgetting/hold.ts'
import type { KnownHolds } from '../forgetting/known-holds.ts'
import { ruleFor } from '../history/history-options.ts'
import type { HistoryRules } from '../history/history-options.ts'
import { collectionsWith } from '../store/collections.ts'
import type { CollectionWith } from '../store/collections.ts'
import { trimmed } from '../store/past.ts'
import type { PastVersion } from '../store/past.ts'
import type { RecordKey } from '../store/record.ts'
import type { Store } from '../store/store.ts'
import { keepMsOf } from './retention-rules.ts'
import type { RetentionRule } from './retention-rules.ts'

/** Records in one step. */
const stepSize = 200

/** What a {@link PastSweeper} is made of. */
export interface PastSweeperParts {
  readonly store: Store
  readonly holds: KnownHolds
  readonly history: HistoryRules
  readonly retention: readonly RetentionRule[]
}

/**
 * Removes past versions that are kept no longer: beyond the rules of the history, past their own end, or older than the
 * rules of retention allow. Two who do so at once do no harm.
 */
export class PastSweeper {
  readonly #parts: PastSweeperParts
  /** Where the walk continues, by collection: a run takes a few steps, so that it costs little where there is much. */
  readonly #after = new Map<string, string>()

  constructor(parts: PastSweeperParts) {
    this.#parts = parts
  }

  /**
   * Takes a step for each kind, or all of them.
   *
   * @param isOver - Asked before each step.
   */
  async run(isOver: () => boolean, isWhole: boolean): Promise<void> {
    // Retention promises to remove what is due within a minute.
    const takesAll = isWhole || this.#parts.retention.length > 0
    for (const collection of collectionsWith('recalled')) {
      if (takesAll) this.#after.delete(collection)
      while (!isOver() && (await this.#step(collection)) && takesAll) await nextTurn()
    }
  }

  /** Resolves to whether there may be more. */
  async #step(collection: CollectionWith<'recalled'>): Promise<boolean> {
    const { store } = this.#parts
    const after = this.#after.get(collection)
    const { ids, next } = await store.pastIds({ collection, prefix: '', limit: stepSize, after })
    const keys = ids.map((id) => ({ collection, id }))
    const [found, held] = [await store.past(keys), await this.#parts.holds.current()]
    for (const [index, key] of keys.entries()) {
      const due = this.#due(key, found[index] ?? [], held)
      if (due.length === 0) continue
      await store.changePast(
        key,
        due.map(({ record: { version } }) => ({ version })),
      )
    }
    if (next === undefined) this.#after.delete(collection)
    else this.#after.set(collection, next)
    return next !== undefined
  }

  #due(key: RecordKey, past: readonly PastVersion[], held: HoldsInForce): readonly PastVersion[] {
    const { store, history, retention } = this.#parts
    const [{ versions, keepMs }, now] = [ruleFor(history, key), store.now()]
    const beyond = new Set(trimmed(past, versions))
    return past.filter((version) => {
      const { record, until, deleted } = version
      if (isHeld(record, held)) return false
      const { expiresAt = Infinity, updatedAt } = record
      const retainedMs = keepMsOf(retention, key.collection, record) ?? Infinity
      const hasEnded = until <= now - keepMs || updatedAt <= now - retainedMs || (!deleted && expiresAt <= now)
      return hasEnded || beyond.has(version)
    })
  }
}
