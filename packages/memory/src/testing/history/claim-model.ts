import type { Call } from './history-operation.ts'
import type { Model } from './wing-gong.ts'

/**
 * One call on a claim; its key is the task.
 *
 * - `take`: succeeds with a fence when the task is free, else it is refused.
 * - `extend`: prolongs the claim of a fence.
 * - `release`: gives it back; does no harm when it was lost.
 * - `write`: a write of anything under a fence, refused when the claim was lost.
 */
export interface ClaimOperation extends Call {
  readonly type: 'take' | 'extend' | 'release' | 'write'
  /** What a `take` got; what the others name. */
  readonly fence?: number | undefined
  /** For `take` and `extend`: how long it lasts, in milliseconds. */
  readonly leaseMs?: number | undefined
  /** False when it was refused. */
  readonly ok?: boolean | undefined
}

/** Options of {@link claimModel}. */
export interface ClaimModelOptions {
  /**
   * How far the store's clock, which ends leases, may be from the clock of the
   * history within a lease, in milliseconds.
   *
   * @defaultValue 5
   */
  readonly clockErrorMs?: number
  /**
   * Whether owners prolong their claims by themselves, as those of
   * `view.claims` do: a claim then lasts as long as its owner lives, and none
   * ends for certain.
   *
   * @defaultValue false
   */
  readonly keptAlive?: boolean
}

/** Who has a task. */
export interface ClaimState {
  /** No fence up to this one is ever given again. */
  readonly highest: number
  /** The fence that holds the task: `free` when none does, `untold` when nobody was told which. */
  readonly holder: number | 'free' | 'untold'
  /** Until when it is held at least, and at most, in nanoseconds of the history's clock. */
  readonly heldUntil: number
  readonly freeFrom: number
}

const free = 'free'
const untold = 'untold'

/**
 * Claims as a sequence of takes, extensions, releases and writes under a fence.
 *
 * A fence only grows. A task can be taken when it is free or its lease may have
 * ended; it can't be refused to anybody when it was free for certain. When a
 * lease ends is known only within the span of the call that began it, so the
 * model finds fault only with what no clock can explain.
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
      return { highest: state.highest + 1, holder: untold, ...leaseOf(operation) }
    }
    if (fence === undefined || fence <= state.highest) return undefined
    return { highest: fence, holder: fence, ...leaseOf(operation) }
  }
  const use = (state: ClaimState, operation: ClaimOperation): ClaimState | undefined => {
    const { type, fence = 0, endedAt, ok } = operation
    const isHolder = state.holder === fence
    // Whoever got it was not told, but may have found out.
    const mayBeHolder = isHolder || (state.holder === untold && fence >= state.highest)
    if (type === 'release') {
      return isHolder ? released(state) : mayBeHolder ? { ...state, heldUntil: Number.NEGATIVE_INFINITY } : state
    }
    if (ok === false) {
      if (!isHolder) return state
      // Whose claim is refused has lost it for ever.
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

/** Whether the claim may have ended before the call did. */
function mayBeFree({ holder, heldUntil }: ClaimState, { endedAt }: ClaimOperation): boolean {
  return holder === free || endedAt === undefined || heldUntil <= Number(endedAt)
}

/** Whether the claim may have lasted until the call began. */
function mayBeHeld({ holder, freeFrom }: ClaimState, { startedAt }: ClaimOperation): boolean {
  return holder !== free && freeFrom >= Number(startedAt)
}
