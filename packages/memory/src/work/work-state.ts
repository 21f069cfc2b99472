import { labelText } from '../values/access.ts'
import type { Label } from '../values/access.ts'
import { encodeJson } from '../values/json.ts'
import type { ErrorEnvelope } from '../values/pack-error.ts'
import { noCost } from './cost.ts'
import type { Cost } from './cost.ts'
import { earlierCost } from './ledger-entry.ts'

/**
 * The value of a work record.
 *
 * States
 * - absent → `running`: acquired by a write that requires absence. The record's
 *   time to live is the lease, which is renewed while the work runs. If the worker
 *   dies, the record expires; on the worker's machine nobody waits for that.
 * - `running` → `done` or `failed`: a write that requires the version made on
 *   acquisition. That version is the fencing token, so a late result is refused once
 *   somebody else has acquired the work. If nobody has, it is stored all the same.
 * - `running` → absent: released when no caller in its thread waits any longer.
 * - `running` with an `order` → `done`: by whoever carries out the order, which has no lease of its own. So any version of
 *   an order for this key will do. A result in the record is never replaced by another one; it is removed when it turns
 *   out to rest on what was forgotten or retracted meanwhile.
 * - `running` with an `order` → `running` with an `unkept` result: the same, for a result that only its owner may have.
 * - `failed` → `running`: acquired by a caller that did not wait for the failed run.
 *   Callers that waited get the failure.
 */
export type WorkState = {
  /** One line that tells people what the work is. */
  readonly title?: string | undefined
} & (
  | {
      readonly state: 'running'
      readonly owner: string
      /** The process of the owner, where its system tells when that has ended. */
      readonly process?: string | undefined
      /** What others need to do the work; absent where the owner does it. */
      readonly order?: WorkOrder | undefined
      /** What others have done, for its owner alone: it must not be kept. */
      readonly unkept?: Pick<WorkState & { readonly state: 'done' }, 'value' | 'cost' | 'label'> | undefined
    }
  | {
      readonly state: 'done'
      readonly value: unknown
      /** What computing it again would cost, with everything within; what is absent is as in `noCost`. */
      readonly cost?: Partial<Cost>
      /** The same in records of earlier versions, which have no `cost`. */
      readonly durationMs?: number
      readonly tokens?: number
      readonly usd?: number | undefined
      /**
       * The label of what the work read, or may have read. Using the result counts as having read that, too. Absent where it
       * is that of the record.
       */
      readonly label?: Label | undefined
    }
  | { readonly state: 'failed'; readonly error: ErrorEnvelope; readonly label?: Label | undefined }
)

/** Work that its owner has others do. */
export interface WorkOrder {
  /** What they are to do; the owner's runtime and theirs know its form. */
  readonly task: unknown
  /** What the owner has read: the result is derived from it, too. */
  readonly sources: readonly string[]
  /** How the owner wants the result kept, see `OnceOptions`. */
  readonly onRetract?: 'keep' | 'recompute' | undefined
  readonly ttlMs?: number | undefined
}

/** Reads the decoded value of a work record; `undefined` if its state is unknown. */
export function workStateOf(value: unknown): WorkState | undefined {
  const state = typeof value === 'object' && value !== null && 'state' in value ? value.state : undefined
  return state === 'running' || state === 'done' || state === 'failed' ? (value as WorkState) : undefined
}

/** What computing a result took, and would take again. */
export function costOfWork(
  work: Pick<WorkState & { readonly state: 'done' }, 'cost' | 'durationMs' | 'tokens' | 'usd'>,
): Cost {
  const { cost, durationMs = 0, tokens = 0, usd } = work
  return cost ? { ...noCost, ...cost } : earlierCost(durationMs, tokens, usd)
}

/**
 * The text of a state, as short as it can be: many records of work are kept.
 *
 * @param label - Of its record.
 */
export function workText(state: WorkState, label: Label): string {
  const short = <Part extends Pick<WorkState & { readonly state: 'done' }, 'cost' | 'label'>>(part: Part): Part => {
    const { cost, label: own, ...rest } = part
    const isSame = own !== undefined && textOf(own) === textOf(label)
    return { ...rest, ...(cost && { cost: shortCost(cost) }), ...(!isSame && { label: own }) } as Part
  }
  if (state.state !== 'running') return encodeJson(short(state))
  return encodeJson(state.unkept ? { ...state, unkept: short(state.unkept) } : state)
}

function textOf({ sensitivity: level, compartments }: Label): string {
  return labelText({ level, compartments })
}

/** Without what reads the same when it is absent: a price of 0 says that it is known. */
function shortCost(cost: Partial<Cost>): Partial<Cost> {
  const isTelling = ([name, amount]: [string, number | undefined]): boolean => amount !== noCost[name as keyof Cost]
  return Object.fromEntries(Object.entries(cost).filter(isTelling)) as Partial<Cost>
}
