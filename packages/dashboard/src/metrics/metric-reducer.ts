import { escalationOf, hasEnded, workStateOf } from '@skein/memory/runtime'
import type { FeedEntry } from '@skein/memory/runtime'

import type { MetricMark } from '../protocol/metric-mark.ts'
import { shownCost } from './shown-cost.ts'

type ChangeEntry = Extract<FeedEntry, { readonly type: 'change' }>

/** Works and tasks whose history is kept; beyond that the one that changed longest ago is forgotten. */
const maxKnown = 200_000

/** The history of a work. */
interface KnownWork {
  readonly isRunning: boolean
  /** Whether an earlier attempt has ended, with a result or in a version that is gone. */
  readonly wasDone: boolean
  readonly wasLost: boolean
}

/** The history of a task. */
interface KnownTask {
  /** Unix milliseconds of its first claim. */
  readonly since: number
  readonly isHeld: boolean
}

/**
 * Reduces the feed, entry by entry and in order, to the marks that metrics count. It reads nothing else.
 *
 * A work changes its record when it starts and when it ends. Earlier versions of a record are gone, and nothing tells
 * whether such a version was a result, a failure or an attempt that lost its worker. So only results that were seen count,
 * and each once. A result that comes after an attempt of which the version is gone is rework. A claim changes when it is
 * taken and when it is released; a claim whose owner was lost expires without a change.
 *
 * @example
 * ```ts
 * import { MetricReducer } from '@skein/dashboard'
 * import { mapStore, openMemory } from '@skein/memory'
 *
 * const memory = await openMemory({ store: mapStore() })
 * const ann = memory.as({ id: 'ann', role: 'worker' })
 * await ann.once('sum/1', () => 1)
 * const { entries } = await ann.feed.read({ after: 0, withRecords: true })
 * const reducer = new MetricReducer()
 * entries.flatMap((entry) => reducer.reduce(entry)).map(({ type }) => type) // => ['computed']
 * await memory.close()
 * ```
 */
export class MetricReducer {
  readonly #works = new Map<string, KnownWork>()
  readonly #tasks = new Map<string, KnownTask>()
  readonly #escalations = new Set<string>()

  /** The marks that the next entry adds. */
  reduce(entry: FeedEntry): readonly MetricMark[] {
    if (entry.type === 'reads') return []
    if (entry.type === 'uses') return entry.uses.map(({ used }) => ({ type: 'used', at: entry.at, ...shownCost(used) }))
    if (entry.type === 'reuses') {
      return entry.reuses.map(({ count, saved }) => ({ type: 'reused', at: entry.at, count, ...shownCost(saved) }))
    }
    const { collection } = entry.change
    if (collection === 'work') return this.#reduceWork(entry)
    if (collection === 'claims') return this.#reduceClaim(entry)
    return collection === 'escalations' ? this.#reduceEscalation(entry) : []
  }

  #reduceWork({ change, record }: ChangeEntry): readonly MetricMark[] {
    const { id, version, at, op } = change
    const known = this.#works.get(id) ?? { isRunning: false, wasDone: false, wasLost: false }
    if (op === 'delete') {
      this.#works.delete(id)
      return []
    }
    const work = record?.version === version ? workStateOf(JSON.parse(record.text)) : undefined
    const state = work?.state ?? (known.isRunning ? 'gone' : 'running')
    if (state === 'running') {
      // A result that waits for its owner is no attempt of somebody else.
      const isWaiting = work?.state === 'running' && work.unkept !== undefined
      const isLost = known.isRunning && !isWaiting
      remember(this.#works, id, { ...known, isRunning: true, wasLost: known.wasLost || isLost })
      return []
    }
    remember(this.#works, id, { isRunning: false, wasDone: known.wasDone || state !== 'failed', wasLost: false })
    if (state !== 'done') return []
    return [{ type: 'computed', at, isRework: known.wasDone || known.wasLost }]
  }

  #reduceClaim({ change }: ChangeEntry): readonly MetricMark[] {
    const { id: task, op, at } = change
    const known = this.#tasks.get(task)
    if (op === 'delete') {
      if (!known?.isHeld) return []
      remember(this.#tasks, task, { ...known, isHeld: false })
      return [{ type: 'done', at, task, ms: Math.max(0, at - known.since) }]
    }
    // A task whose owner was lost counts from its first claim.
    remember(this.#tasks, task, { since: known?.isHeld ? known.since : at, isHeld: true })
    return [{ type: 'claimed', at, task, isRework: known !== undefined }]
  }

  #reduceEscalation({ change, record }: ChangeEntry): readonly MetricMark[] {
    const { id, op, at, task = id, version } = change
    if (op === 'delete') return []
    const marks: MetricMark[] = []
    if (!this.#escalations.has(id)) {
      this.#escalations.add(id)
      marks.push({ type: 'escalated', at, task })
    }
    if (record?.version !== version) return marks
    const escalation = escalationOf({ ...record, value: JSON.parse(record.text) as unknown })
    if (hasEnded(escalation)) marks.push({ type: 'settled', at, task })
    return marks
  }
}

/** Sets a value as the latest of its map, and forgets the oldest when there are too many. */
function remember<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key)
  map.set(key, value)
  if (map.size <= maxKnown) return
  const [oldest] = map.keys()
  if (oldest !== undefined) map.delete(oldest)
}
