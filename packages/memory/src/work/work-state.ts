import type { Label } from '../values/access.ts'
import type { ErrorEnvelope } from '../values/error-envelope.ts'

/**
 * A record of work.
 *
 * States
 * - absent → `running`: taken by a write that must find nothing. The record's
 *   time to live is the lease; it is kept alive while the work runs, so a
 *   worker that dies makes it absent again.
 * - `running` → `done` or `failed`: a write that must find the version made
 *   when it was taken. That version is the fence: a late result is refused.
 * - `running` → absent: given back, when all who waited in its thread have left.
 * - `failed` → `running`: for whoever did not wait for the failure. Those who
 *   waited get it; others try again.
 */
export type WorkState =
  | { readonly state: 'running'; readonly owner: string }
  | {
      readonly state: 'done'
      readonly value: unknown
      readonly durationMs: number
      readonly tokens: number
      readonly usd?: number | undefined
      /** How sensitive what the work read was: whoever uses the result has read that too. */
      readonly label?: Label | undefined
    }
  | { readonly state: 'failed'; readonly error: ErrorEnvelope }

/** Reads the decoded value of a work's record; `undefined` when it is malformed. */
export function workStateOf(value: unknown): WorkState | undefined {
  const state = typeof value === 'object' && value !== null && 'state' in value ? value.state : undefined
  return state === 'running' || state === 'done' || state === 'failed' ? (value as WorkState) : undefined
}
