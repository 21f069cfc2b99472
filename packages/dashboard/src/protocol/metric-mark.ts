import type { Cost } from './metrics-protocol.ts'

/** One thing that metrics count. All times are Unix milliseconds. */
export type MetricMark = { readonly at: number } & (
  | {
      readonly type: 'computed'
      /** Whether its key had been computed before, or an earlier attempt lost its worker. */
      readonly isRework: boolean
    }
  /** What work used. */
  | ({ readonly type: 'used' } & Cost)
  /** Results were reused `count` times; the savings are their sum. */
  | ({ readonly type: 'reused'; readonly count: number } & Cost)
  /** A task was claimed; as rework when it had been done before, or its owner was lost. */
  | { readonly type: 'claimed'; readonly task: string; readonly isRework: boolean }
  /** The owner released a task, `ms` after its first claim. */
  | { readonly type: 'done'; readonly task: string; readonly ms: number }
  | { readonly type: 'escalated'; readonly task: string }
  /** An escalation ended. */
  | { readonly type: 'settled'; readonly task: string }
)
