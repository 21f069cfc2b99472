import type { Call } from './history-operation.ts'
import type { Model } from './wing-gong.ts'

/**
 * One call on a claim; its key is the task.
 *
 * - `take`: succeeds with a fence if the task is free, else is refused.
 * - `extend`: extends the lease of the claim with that fence.
 * - `release`: gives the claim back; does nothing if it was lost.
 * - `write`: any write under a fence, refused if the claim was lost.
 */
export interface ClaimOperation extends Call {
  readonly type: 'take' | 'extend' | 'release' | 'write'
  /** The fence that a `take` got; for the other types, the fence that the call names. */
  readonly fence?: number | undefined
  /** For `take` and `extend`: the duration of the lease, in milliseconds. */
  readonly leaseMs?: number | undefined
  /** False if the call was refused. */
  readonly ok?: boolean | undefined
}

/** Options of {@link claimModel}. */
export interface ClaimModelOptions {
  /**
   * How far the store's clock, which ends leases, may drift from the history's
   * clock within one lease, in milliseconds.
   *
   * @defaultValue 5
   */
  readonly clockErrorMs?: number
  /**
   * Whether owners extend their claims by themselves, as those of `view.claims`
   * do. A claim then lasts as long as its owner lives, and the model never
   * assumes that a lease has ended.
   *
   * @defaultValue false
   */
  readonly keptAlive?: boolean
}

/** The owner of a task. */
export interface ClaimState {
  /** The highest fence so far; later fences are higher. */
  readonly highest: number
  /** The fence that holds the task: `free` if none does, `unknown` if the call that took it was never answered. */
  readonly holder: number | 'free' | 'unknown'
  /** The earliest time at which the lease may end, in nanoseconds of the history's clock. */
  readonly heldUntil: number
  /** The latest time at which the lease may end, by the same clock. */
  readonly freeFrom: number
}

const free = 'free'
const unknown = 'unknown'

/**
 * Claims as a sequence of takes, extensions, releases and writes under a fence.
 *
 * Fences only grow. A task can be taken if it is free or its lease may have ended.
 * A take can't be refused if the task was certainly free. The end of a lease is
 * known only within the span of the call that started it, so the model reports
 * only violations that no clock can explain.
 */
export function claimModel(options: ClaimModelOptions = {}): Model<ClaimState, ClaimOperation> {
  const errorNs = (options.clockErrorMs ?? 5) * 1e6
  const leaseOf = ({
    startedAt,
    endedAt,
    leaseMs = 0,
  }: ClaimOperation): Pick<ClaimState, 'heldUntil' | 'freeFrom'> => ({
    heldUntil: Number(startedAt) + leaseMs * 1e6 - errorNs,
    freeFrom:
      endedAt === undefined || options.keptAlive ? Number.POSITIVE_INFINITY : Number(endedAt) + leaseMs * 1e6 + errorNs,
  })
  const take = (state: ClaimState, operation: ClaimOperation): ClaimState | undefined => {
    const { fence, ok } = operation
    if (ok === false) return mayBeHeld(state, operation) ? state : undefined
    if (!mayBeFree(state, operation)) return undefined
    if (operation.endedAt === undefined) {
      return { highest: state.highest + 1, holder: unknown, ...leaseOf(operation) }
    }
    if (fence === undefined || fence <= state.highest) return undefined
    return { highest: fence, holder: fence, ...leaseOf(operation) }
  }
  const use = (state: ClaimState, operation: ClaimOperation): ClaimState | undefined => {
    const { type, fence = 0, endedAt, ok } = operation
    const isHolder = state.holder === fence
    // The owner got no answer, but may have learned its fence otherwise.
    const mayBeHolder = isHolder || (state.holder === unknown && fence >= state.highest)
    if (type === 'release') {
      return isHolder ? released(state) : mayBeHolder ? { ...state, heldUntil: Number.NEGATIVE_INFINITY } : state
    }
    if (ok === false) {
      if (!isHolder) return state
      // A refused claim is lost for good.
      return mayBeFree(state, operation) ? released(state) : undefined
    }
    if (!mayBeHolder || !mayBeHeld(state, operation)) return endedAt === undefined ? state : undefined
    const held = { ...state, highest: fence, holder: fence }
    return type === 'extend' ? { ...held, ...leaseOf(operation) } : held
  }
  return {
    initial: { highest: 0, holder: free, heldUntil: 0, freeFrom: 0 },
    step: (state, operation) => (operation.type === 'take' ? take(state, operation) : use(state, operation)),
    nameState: ({ highest, holder, heldUntil, freeFrom }) => `${highest} ${holder} ${heldUntil} ${freeFrom}`,
  }
}

function released({ highest }: ClaimState): ClaimState {
  return { highest, holder: free, heldUntil: 0, freeFrom: 0 }
}

/** Whether the claim may have ended before the call ended. */
function mayBeFree({ holder, heldUntil }: ClaimState, { endedAt }: ClaimOperation): boolean {
  return holder === free || endedAt === undefined || heldUntil <= Number(endedAt)
}

/** Whether the claim may have lasted until the call began. */
function mayBeHeld({ holder, freeFrom }: ClaimState, { startedAt }: ClaimOperation): boolean {
  return holder !== free && freeFrom >= Number(startedAt)
}
