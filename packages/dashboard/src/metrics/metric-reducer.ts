import type { FeedEntry } from '@skein/memory/runtime'

import type { EscalationStateName } from '../protocol/protocol.ts'
import { hasEnded } from '../stream/escalation-states.ts'
import { workName } from '../text/record-title.ts'
import type { FigureMark } from './metric-mark.ts'

type ChangeEntry = Extract<FeedEntry, { readonly type: 'change' }>

/** Works and tasks that are remembered; the oldest are forgotten first. */
const mostKnown = 200_000

/** What is known of a work. */
interface Work {
  readonly isRunning: boolean
  readonly wasDone: boolean
  readonly wasLost: boolean
}

/** What is known of a task. */
interface Task {
  readonly since: number
  readonly isHeld: boolean
}

/**
 * Turns the feed, entry by entry and in order, into what figures count. Nothing
 * else goes in, so the same feed makes the same figures, after a restart too.
 *
 * A work leaves a change when it is taken and one when it ends; what an earlier
 * version said is gone, so where the record no longer tells, the two alternate.
 * A claim leaves one when it is taken and one when it is given back; one whose
 * owner was lost leaves none when it ends.
 */
export class MarkMaker {
  readonly #works = new Map<string, Work>()
  readonly #tasks = new Map<string, Task>()
  readonly #escalations = new Set<string>()

  marksOf(entry: FeedEntry): readonly FigureMark[] {
    if (entry.type === 'reads') return []
    if (entry.type === 'reuses') {
      const { at, reuses } = entry
      return reuses.map(({ count, savedMs, savedTokens, savedUsd = 0 }) => {
        return { type: 'reused', at, count, ms: savedMs, tokens: savedTokens, usd: savedUsd }
      })
    }
    const { collection } = entry.change
    if (collection === 'work') return this.#work(entry)
    if (collection === 'claims') return this.#claim(entry)
    return collection === 'escalations' ? this.#escalation(entry) : []
  }

  #work({ change, record }: ChangeEntry): readonly FigureMark[] {
    const { id, version, at, op } = change
    const known = this.#works.get(id) ?? { isRunning: false, wasDone: false, wasLost: false }
    if (op === 'delete') {
      this.#works.delete(id)
      return []
    }
    const told = record?.version === version ? (JSON.parse(record.text) as Told) : undefined
    const state = told?.state ?? (known.isRunning ? 'done' : 'running')
    if (state === 'running') {
      keep(this.#works, id, { ...known, isRunning: true, wasLost: known.wasLost || known.isRunning })
      return []
    }
    keep(this.#works, id, { isRunning: false, wasDone: known.wasDone || state === 'done', wasLost: false })
    if (state === 'failed') return []
    const { durationMs: ms = 0, tokens = 0, usd = 0 } = told ?? {}
    const isAgain = known.wasDone || known.wasLost
    return [{ type: 'computed', at, isAgain, isModel: workName(id).startsWith('model/'), ms, tokens, usd }]
  }

  #claim({ change }: ChangeEntry): readonly FigureMark[] {
    const { id: task, op, at } = change
    const known = this.#tasks.get(task)
    if (op === 'delete') {
      if (!known?.isHeld) return []
      keep(this.#tasks, task, { ...known, isHeld: false })
      return [{ type: 'done', at, task, ms: Math.max(0, at - known.since) }]
    }
    // A task that goes on after its owner was lost began with its first claim.
    keep(this.#tasks, task, { since: known?.isHeld ? known.since : at, isHeld: true })
    return [{ type: 'begun', at, task, isAgain: known !== undefined }]
  }

  #escalation({ change, record }: ChangeEntry): readonly FigureMark[] {
    const { id, op, at, task = id, version } = change
    if (op === 'delete') return []
    const marks: FigureMark[] = []
    if (!this.#escalations.has(id)) {
      this.#escalations.add(id)
      marks.push({ type: 'escalated', at, task })
    }
    const { state } = record?.version === version ? (JSON.parse(record.text) as ToldEscalation) : {}
    if (state !== undefined && hasEnded(state)) marks.push({ type: 'settled', at, task })
    return marks
  }
}

interface Told {
  readonly state?: string
  readonly durationMs?: number
  readonly tokens?: number
  readonly usd?: number
}

interface ToldEscalation {
  readonly state?: EscalationStateName
}

function keep<Value>(map: Map<string, Value>, key: string, value: Value): void {
  // What was changed last is forgotten last.
  map.delete(key)
  map.set(key, value)
  if (map.size <= mostKnown) return
  const [oldest] = map.keys()
  if (oldest !== undefined) map.delete(oldest)
}
