import type { Language } from '@skein/core/executor'
import type { Architecture } from '@skein/memory'

/** The options of `skein run` as given. */
export interface RunFlags {
  readonly question: readonly string[]
  readonly language?: Language
  readonly encoding?: string
  readonly skipBad: boolean
  readonly isolated: boolean
  readonly store: string
  readonly space: string
  readonly architecture: Architecture
  readonly threads?: number
  readonly executor: 'threads' | 'bullmq'
  readonly queue: string
  readonly model: string
  readonly baseUrl?: string
  readonly apiKeyEnv?: string
  readonly budgetCalls?: number
  readonly budgetTokens?: number
  readonly budgetUsd?: number
  readonly dryRun: boolean
  readonly json: boolean
  readonly dashboard: boolean
}
