import type { ActivityUsage } from './executor.ts'

/** What happens in a flock, as it happens. Dashboards, progress and tests live from these. */
export type FlockEvent =
  | { readonly type: 'agent.spawned'; readonly agent: string; readonly role: string }
  | { readonly type: 'agent.ended'; readonly agent: string; readonly role: string; readonly error?: unknown }
  | { readonly type: 'activity.started'; readonly activity: string; readonly agent: string }
  | { readonly type: 'activity.progress'; readonly activity: string; readonly agent: string; readonly value: unknown }
  | {
      readonly type: 'activity.done'
      readonly activity: string
      readonly agent: string
      readonly durationMs: number
      readonly worker: string
      readonly usage: ActivityUsage
    }
  /** A result that was computed before, or by somebody else meanwhile, was used instead of computing it. */
  | { readonly type: 'activity.reused'; readonly activity: string; readonly agent: string; readonly savedMs: number }
  | { readonly type: 'activity.failed'; readonly activity: string; readonly agent: string; readonly error: unknown }
  /** A message that can never be delivered. */
  | { readonly type: 'message.dead'; readonly agent: string; readonly message: unknown; readonly reason: DeadReason }

/** Why a message could not be delivered. */
export type DeadReason = 'overflow' | 'agent ended' | 'given up'

/** What a flock did since it was created. */
export interface FlockStats {
  readonly activities: number
  /** Activities whose result was used again instead of running them. */
  readonly reusedActivities: number
  readonly modelCalls: number
  /** Model calls that were spared, by reusing the answer or the whole activity. */
  readonly reusedCalls: number
  readonly inputTokens: number
  readonly outputTokens: number
  readonly savedTokens: number
  readonly savedMs: number
  readonly deadMessages: number
}
