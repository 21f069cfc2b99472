import type { Figures } from '../protocol/protocol.ts'
import type { FigureMark } from './metric-mark.ts'

/** From, and up to but without; Unix milliseconds. */
export interface Window {
  readonly since: number
  readonly until: number
}

/** What follows from the feed alone. */
export type WindowFigures = Pick<
  Figures,
  'avoided' | 'spent' | 'completion' | 'reworkRate' | 'escalationRate' | 'series'
>

type Computed = Extract<FigureMark, { readonly type: 'computed' }>

/** Pieces that a window is cut into, to show how figures went over time. */
const pieces = 60

/**
 * The figures of a window.
 *
 * - completion: from the first claim of a task to its being given back.
 * - rework rate: works computed although they had been, or again after a loss, and tasks claimed again, over all works
 *   and claims.
 * - escalation rate: tasks escalated over tasks that were escalated or ended.
 * - spent: calls, tokens and money of models where there are any, since activities count those of the calls they make
 *   once more; working time of everything else. The calls over time are the same calls.
 */
export function windowFigures(marks: readonly FigureMark[], { since, until }: Window): WindowFigures {
  const inWindow = marks.filter(({ at }) => at >= since && at < until)
  const durations = inWindow.flatMap((mark) => (mark.type === 'done' ? [mark.ms] : [])).toSorted((a, b) => a - b)
  return {
    avoided: avoidedOf(inWindow),
    spent: spentOf(inWindow),
    completion: { medianMs: quantile(durations, 0.5), p95Ms: quantile(durations, 0.95), count: durations.length },
    reworkRate: reworkRate(inWindow),
    escalationRate: escalationRate(inWindow),
    series: seriesOf(inWindow, { since, until }),
  }
}

function avoidedOf(marks: readonly FigureMark[]): Figures['avoided'] {
  const reuses = marks.filter((mark) => mark.type === 'reused')
  return { calls: sum(reuses, 'count'), ms: sum(reuses, 'ms'), tokens: sum(reuses, 'tokens'), usd: sum(reuses, 'usd') }
}

function spentOf(marks: readonly FigureMark[]): Figures['spent'] {
  const all = marks.filter((mark) => mark.type === 'computed')
  const [models, others] = [all.filter(({ isModel }) => isModel), all.filter(({ isModel }) => !isModel)]
  const counted: readonly Computed[] = countedOf(marks)
  const timed = others.length > 0 ? others : models
  return { calls: counted.length, ms: sum(timed, 'ms'), tokens: sum(counted, 'tokens'), usd: sum(counted, 'usd') }
}

/** The works that are calls: those of models where there are any, else all. */
function countedOf(marks: readonly FigureMark[]): readonly Computed[] {
  const all = marks.filter((mark) => mark.type === 'computed')
  const models = all.filter(({ isModel }) => isModel)
  return models.length > 0 ? models : all
}

function reworkRate(marks: readonly FigureMark[]): number {
  const done = marks.filter((mark) => mark.type === 'computed' || mark.type === 'begun')
  return share(done.filter(({ isAgain }) => isAgain).length, done.length)
}

function escalationRate(marks: readonly FigureMark[]): number {
  const escalated = new Set(marks.flatMap((mark) => (mark.type === 'escalated' ? [mark.task] : [])))
  const ended = marks.flatMap((mark) => (mark.type === 'done' || mark.type === 'settled' ? [mark.task] : []))
  return share(escalated.size, new Set([...escalated, ...ended]).size)
}

function seriesOf(marks: readonly FigureMark[], { since, until }: Window): Figures['series'] {
  const width = Math.max(1, Math.ceil((until - since) / pieces))
  const counted = new Set<FigureMark>(countedOf(marks))
  const buckets = new Map<number, FigureMark[]>()
  for (const mark of marks) {
    const at = since + Math.floor((mark.at - since) / width) * width
    const bucket = buckets.get(at)
    if (bucket) bucket.push(mark)
    else buckets.set(at, [mark])
  }
  const count = Math.min(pieces, Math.ceil((until - since) / width))
  return Array.from({ length: Math.max(0, count) }, (_, index) => {
    const at = since + index * width
    const piece = buckets.get(at) ?? []
    return {
      at,
      calls: piece.filter((mark) => counted.has(mark)).length,
      avoided: avoidedOf(piece).calls,
      reworkRate: reworkRate(piece),
      escalationRate: escalationRate(piece),
    }
  })
}

/** The value below which a share of the sorted numbers lies (nearest rank); 0 of none. */
function quantile(sorted: readonly number[], part: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? 0
}

function sum<Name extends string>(all: readonly Readonly<Record<Name, number>>[], name: Name): number {
  return all.reduce((total, one) => total + one[name], 0)
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole
}
