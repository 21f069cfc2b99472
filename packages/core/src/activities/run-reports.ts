import { currentAccount } from '@skein/memory/runtime'
import type { Memory } from '@skein/memory'
import type { Label } from '@skein/memory/store'

import type { Clock } from '../base/clock.ts'
import type { FlockEvent } from '../events/flock-events.ts'
import type { Run } from './activity-run.ts'
import type { RunOptions } from './executor.ts'
import type { PhaseTimer } from './time-limits.ts'

/** Where reports go. */
export interface ReportParts {
  readonly memory: Memory
  readonly clock: Clock
  emit(event: FlockEvent): void
}

/** What an executor reports of an attempt. */
export function reportsOf(run: Run, timer: PhaseTimer | undefined, { clock, emit, memory }: ReportParts): RunOptions {
  const { id, name, principal, scope, options } = run
  const who = { activity: name, agent: principal.id, run: id }
  const account = currentAccount()
  let queuedAt = clock.now()
  const { tracing } = memory
  return {
    onQueued: () => {
      queuedAt = clock.now()
      timer?.begin('queued')
    },
    onStarted: () => {
      timer?.begin('running')
      emit({ type: 'activity.started', ...who, waitedMs: clock.now() - queuedAt })
    },
    onLabel: (label: Label) => scope.noteLabel(label),
    onCosts: (costs) => account?.add(costs),
    onSpans: (spans) => tracing.record(spans),
    onProgress: (value: unknown, label: Label) => {
      scope.noteLabel(label)
      options.scope?.noteLabel(label)
      emit({ type: 'activity.progress', ...who, value, label })
      options.onProgress?.(value)
    },
  }
}
