import { currentWork, workId } from '@skein/memory/runtime'
import type { TraceOrder } from '@skein/memory/runtime'

import type { BudgetScope } from '../limits/budget.ts'
import type { Run } from './activity-run.ts'
import type { ActivityTask } from './executor.ts'

/** What a task has beside its run. */
export interface TaskParts {
  /** Limit the model calls of all activities. */
  readonly budgets: readonly BudgetScope[]
  readonly trace?: TraceOrder | undefined
  /** How often it has failed before. */
  readonly retry?: number
  /** Whether the record of its work holds the order, see `Executor.orderOf`. */
  readonly isHanded?: boolean
}

/** A run as an executor gets it, within the running code's work. */
export function taskOf(run: Run, { budgets: common, trace, retry = 0, isHanded = false }: TaskParts): ActivityTask {
  const { id, module, name, input, principal, scope, options, defined, digest, priority, key } = run
  const budgets = options.budget === undefined ? common : [...common, options.budget]
  const chain = [...currentWork(), id]
  const work = {
    module,
    name,
    kind: defined.kind,
    input,
    principal,
    label: scope.label,
    sources: scope.sources,
    chain,
    budgets,
    trace,
  }
  return {
    ...work,
    definition: { digest, version: defined.version },
    ...(priority !== undefined && { priority }),
    ...(key !== undefined && { key }),
    ...(retry > 0 && { retry }),
    ...(isHanded && { isHanded }),
  }
}

/** The same before its work with this key has begun, of which it is part then. */
export function taskOfWork(run: Run, key: string, parts: TaskParts): ActivityTask {
  const { level = 'public', compartments = [] } = run.principal.clearance ?? {}
  const chain = [...currentWork(), workId({ level, compartments }, key), run.id]
  return { ...taskOf(run, parts), chain }
}
