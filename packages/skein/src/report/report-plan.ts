import type { Ceiling } from './ceiling.ts'
import type { CostEstimate } from './cost-estimate.ts'

/** A file as it will be parted. */
export interface PlannedFile {
  /** The file as given. */
  readonly source: string
  readonly parts: number
  /** The estimated length of its text; 0 where the model costs nothing. */
  readonly tokens: number
}

/** The plan of a run. */
export interface ReportPlan {
  /** Each distinct file, in order. */
  readonly files: readonly PlannedFile[]
  readonly parts: number
  /** One analyst works on each; none: a summary of the whole. */
  readonly questions: readonly string[]
  /** Provider and name of the model. */
  readonly model: string
  /** What the run will about use of its model; absent where that costs nothing. */
  readonly estimate?: CostEstimate
  /** Its ceiling; absent if the model has a budget of its own, or costs nothing. */
  readonly ceiling?: Ceiling
  /** Files that are left out, and why (`skipBad`). */
  readonly skipped: readonly { readonly source: string; readonly problem: string }[]
}
