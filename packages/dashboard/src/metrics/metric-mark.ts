/** One thing that figures count. All times are Unix milliseconds. */
export type FigureMark = { readonly at: number } & (
  | {
      readonly type: 'computed'
      /** Whether its key had been computed before, or its worker was lost. */
      readonly isAgain: boolean
      /** Whether it was a call of a model. */
      readonly isModel: boolean
      readonly ms: number
      readonly tokens: number
      readonly usd: number
    }
  /** Results were used again, so often; the rest is that of all times together. */
  | {
      readonly type: 'reused'
      readonly count: number
      readonly ms: number
      readonly tokens: number
      readonly usd: number
    }
  /** A task was claimed; again, when it had been done or its owner was lost. */
  | { readonly type: 'begun'; readonly task: string; readonly isAgain: boolean }
  /** A task was given back by its owner, so long after its first claim. */
  | { readonly type: 'done'; readonly task: string; readonly ms: number }
  | { readonly type: 'escalated'; readonly task: string }
  | { readonly type: 'settled'; readonly task: string }
)
