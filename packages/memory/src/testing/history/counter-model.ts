import type { Call } from './history-operation.ts'
import type { Model } from './wing-gong.ts'

/** One call on a counter. */
export interface CounterOperation extends Call {
  readonly type: 'add' | 'read'
  /** What was added. */
  readonly by?: number | undefined
  /** The sum that it led to, or that was read; left out if nobody was told. */
  readonly result?: number | undefined
  /** False when it was refused and did nothing. */
  readonly ok?: boolean | undefined
}

/** A number that begins at 0 and is added to. */
export const counterModel: Model<number, CounterOperation> = {
  initial: 0,
  step: (sum, { type, by = 0, endedAt, result, ok }) => {
    if (ok === false) return sum
    const next = type === 'add' ? sum + by : sum
    return endedAt === undefined || result === undefined || result === next ? next : undefined
  },
}
