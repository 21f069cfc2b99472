import type { Principal } from '@skein/memory'
import type { ReadScope } from '@skein/memory/runtime'

import type { RunActivityOptions } from './activity-ref.ts'
import type { ResolvedActivityOptions } from './activity.ts'
import type { Executor } from './executor.ts'
import type { RunLimits } from './run-limits.ts'

/** Where an activity runs. */
export type Runs = Pick<Executor, 'describe' | 'orderOf' | 'run'>

/** One activity, asked for by one principal. */
export interface AskedRun {
  readonly executor: Runs
  /** A name of its own, which its events bear and by which one that waits for itself is known. */
  readonly id: string
  readonly module: string
  readonly name: string
  readonly input: unknown
  readonly principal: Principal
  /** What its caller has read, then also what it has read itself. */
  readonly scope: ReadScope
  readonly options: RunActivityOptions
}

/** One activity, run for one principal. */
export interface Run extends AskedRun, RunLimits {
  /** The options that the activity was defined with. */
  readonly defined: ResolvedActivityOptions
  /** SHA-256 of the module's text. */
  readonly digest: string
  /** What equal work is known by; `undefined` for work that nobody shares. */
  readonly key: string | undefined
  /** What it is about, for people. */
  readonly title: string
}
