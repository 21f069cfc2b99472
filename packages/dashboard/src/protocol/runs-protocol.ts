import type { Cost } from './metrics-protocol.ts'

/** `GET /api/runs`: the latest 100 runs within the viewer's clearance, newest first. */
export interface RunRow {
  readonly id: string
  /** The names of its files, or what else its app calls it. */
  readonly title: string
  readonly questions: readonly string[]
  readonly model?: string
  /** `lost`: its process ended without telling of an end. */
  readonly state: 'running' | 'done' | 'failed' | 'stopped' | 'lost'
  /** Unix milliseconds. */
  readonly startedAt: number
  readonly endedAt?: number
  /** The rest is known of runs that have ended. */
  readonly agents?: number
  readonly used?: Cost
  readonly saved?: Cost
  readonly answers: readonly {
    readonly question?: string
    /** The id of the object that holds it. */
    readonly object: string
    /** `false` for what is offered in place of an answer. */
    readonly isAnswered: boolean
  }[]
  readonly problem?: string
}
