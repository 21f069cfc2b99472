import { auditMutation } from '../audit/audit-log.ts'
import { heldAmong } from '../forgetting/held-among.ts'
import { sameHolds } from '../forgetting/hold.ts'
import type { HoldsInForce } from '../forgetting/hold.ts'
import type { KnownHolds } from '../forgetting/known-holds.ts'
import type { ObjectShelf } from '../objects/object-shelf.ts'
import type { Collection } from '../store/collections.ts'
import { correctionKey } from '../store/correction-key.ts'
import type { Mutation } from '../store/mutation.ts'
import { hashOf } from '../store/object-id.ts'
import type { RecordKey, Seq, StoredRecord } from '../store/record.ts'
import type { Store } from '../store/store.ts'
import { publicLabel } from '../values/access.ts'
import { encodeJson } from '../values/json.ts'
import { retained } from './retention-rules.ts'
import type { RetentionRule } from './retention-rules.ts'

/** The records that this process has removed by the memory's rules since it opened the memory. */
export interface RetentionReport {
  /** Records by kind. */
  readonly removed: Partial<Record<Collection, number>>
  /** By rule, in their order. */
  readonly rules: readonly {
    readonly rule: RetentionRule
    /** Records. */
    readonly removed: number
    /** When it removed some last, Unix milliseconds by the store's clock; absent if it never did. */
    readonly lastRemovedAt?: number
  }[]
  /** When this process last looked for such records, Unix milliseconds; absent if another one did all the time. */
  readonly lastRunAt?: number
}

/** Whoever removes is named in the feed and in the audit. */
const author = 'retention'
/** Says which process looks for such records: the others need not. */
const turnKey: RecordKey = { collection: 'settings', id: 'retention' }
/** Records in one atomic step: other writers wait for no more than that. */
const stepSize = 200

/** What a {@link RetentionSweeper} is made of. */
export interface RetentionSweeperParts {
  readonly store: Store
  readonly shelf: Pick<ObjectShelf, 'forget'>
  readonly holds: KnownHolds
  readonly rules: readonly RetentionRule[]
  /** Identifies this process. */
  readonly owner: string
  /** How long its turn lasts if it does not come again, in milliseconds. */
  readonly turnMs: number
  readonly onRemoved: (count: number) => void
}

/**
 * Removes what the rules keep no longer. Each step is one atom of its own with its audit, and finds what is due by
 * itself, so whoever comes after a crash goes on where it was.
 */
export class RetentionSweeper {
  readonly #parts: RetentionSweeperParts
  /** Up to where each rule has looked at each kind. What is left there is not due by this rule before it is rewritten. */
  readonly #looked = new Map<string, Seq>()
  readonly #removed: Partial<Record<Collection, number>> = {}
  readonly #byRule: RetentionReport['rules'][number][]
  /** The holds when it did: what one of them kept may be due once it is released. */
  #lookedAt = 0
  #lastRunAt: number | undefined
  #turn = 0

  constructor(parts: RetentionSweeperParts) {
    this.#parts = parts
    this.#byRule = parts.rules.map((rule) => ({ rule: { ...rule }, removed: 0 }))
  }

  get report(): RetentionReport {
    const [removed, rules] = [{ ...this.#removed }, [...this.#byRule]]
    return { removed, rules, ...(this.#lastRunAt !== undefined && { lastRunAt: this.#lastRunAt }) }
  }

  /**
   * Removes all that is due, unless another process does.
   *
   * @param isOver - Asked before each step.
   * @param isAsked - Whether somebody waits for it, whatever other processes do.
   */
  async run(isOver: () => boolean, isAsked = false): Promise<void> {
    const { rules, store } = this.#parts
    if (rules.length === 0 || !((await this.#takeTurn()) || isAsked)) return
    const { version } = await this.#parts.holds.current()
    if (version !== this.#lookedAt) this.#looked.clear()
    this.#lookedAt = version
    for (const [index, rule] of rules.entries()) {
      for (const collection of rule.collection === undefined ? retained : [rule.collection]) {
        while (!isOver() && (await this.#step(index, rule, collection)));
      }
    }
    this.#lastRunAt = store.now()
  }

  /** Resolves to whether there may be more. */
  async #step(index: number, { tag, sensitivity, keepMs }: RetentionRule, collection: Collection): Promise<boolean> {
    const { store } = this.#parts
    const name = `${index} ${collection}`
    const until = Math.max(0, Math.floor(store.now() - keepMs))
    const tags = tag === undefined ? undefined : [tag]
    const after = this.#looked.get(name)
    const page = await store.query({ collection, tags, until, after, order: 'oldest', limit: stepSize })
    const held = await this.#parts.holds.current()
    const meant = page.records.filter((record) => sensitivity === undefined || record.sensitivity === sensitivity)
    const kept = await heldAmong(store, meant, held)
    const due = meant.filter((record) => !kept.has(record))
    // Somebody rewrote one of them meanwhile: the next run sees what is due then.
    if (due.length > 0 && !(await this.#remove(due, held, `kept for ${keepMs} ms`))) return false
    if (due.length > 0) this.#note(index, due.length)
    const last = page.records.at(-1)
    if (last) this.#looked.set(name, last.seq)
    return page.next !== undefined
  }

  async #remove(due: readonly StoredRecord[], held: HoldsInForce, reason: string): Promise<boolean> {
    const { store, shelf, owner } = this.#parts
    const deletes = due.flatMap(({ collection, id, version }): Mutation[] => [
      { type: 'delete', key: { collection, id }, author, ifVersion: version },
      // Its correction may reveal the record.
      { type: 'delete', key: correctionKey({ collection, id }), author },
    ])
    const groups = due.map(({ collection, id, sensitivity, compartments }) => {
      const ids = [[id, 1]] as const
      return {
        agent: author,
        action: 'erase',
        outcome: 'hit',
        collection,
        sensitivity,
        compartments,
        reason,
        ids,
      } as const
    })
    const commit = await store.write([sameHolds(held), ...deletes, auditMutation(owner, groups, undefined)])
    if (!commit.ok) return false
    for (const { collection, id } of due) {
      this.#removed[collection] = (this.#removed[collection] ?? 0) + 1
      if (collection === 'objects') await shelf.forget(hashOf(id))
    }
    return true
  }

  #note(index: number, count: number): void {
    const before = this.#byRule[index] as RetentionReport['rules'][number]
    this.#byRule[index] = { ...before, removed: before.removed + count, lastRemovedAt: this.#parts.store.now() }
    this.#parts.onRemoved(count)
  }

  /** Takes the turn, or keeps it. Losing it does no harm: each step names the versions that it removes. */
  async #takeTurn(): Promise<boolean> {
    const { store, owner, turnMs: ttlMs } = this.#parts
    const meta = { author: owner, tags: [], derivedFrom: [], ...publicLabel }
    const renewed = { type: 'touch', key: turnKey, ifVersion: this.#turn, ttlMs } as const
    if (this.#turn > 0 && (await store.write([renewed])).ok) return true
    const taken = {
      type: 'set',
      key: turnKey,
      value: encodeJson({ owner }),
      meta,
      ifVersion: 0,
      ttlMs,
      fleeting: true,
    } as const
    const commit = await store.write([taken])
    this.#turn = commit.ok ? (commit.written[0]?.version ?? 0) : 0
    return commit.ok
  }
}
