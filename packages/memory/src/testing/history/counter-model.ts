import type { Call } from './history-operation.ts'
import type { Model } from './wing-gong.ts'

/** One call on a counter. */
export interface CounterOperation extends Call {
  readonly type: 'add' | 'read'
  /** The number that an `add` added. */
  readonly by?: number | undefined
  /** The sum after an `add`, or the sum that was read; left out if it is unknown. */
  readonly result?: number | undefined
  /** False if the call was refused and did nothing. */
  readonly ok?: boolean | undefined
}

/** A counter that starts at 0. */
export const counterModel: Model<number, CounterOperation> = {
  initial: 0,
  step: (sum, { type, by = 0, endedAt, result, ok }) => {
    if (ok === false) return sum
    const next = type === 'add' ? sum + by : sum
    return endedAt === undefined || result === undefined || result === next ? next : undefined
  },
}
