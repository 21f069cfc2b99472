import { randomUUID } from 'node:crypto'

import { FenceError } from '@skein/memory'
import { currentTrace } from '@skein/memory/runtime'
import { fromPromise } from 'xstate'
import type { PromiseSnapshot } from 'xstate'

import { lifeOf } from './owner.ts'
import type { Owner } from './owner.ts'
import type { PersistedWork } from './state-persister.ts'
import type { WorkLogic } from './work-logic.ts'

/** What work on behalf of an agent gets. */
export interface OwnedWork<Input> {
  readonly input: Input
  /** Aborted when the machine leaves the state that invoked it, or the agent's life ends. */
  readonly signal: AbortSignal
  /** The agent; absent when plain XState runs the machine. */
  readonly owner: Owner | undefined
  /** Where the agent is durable. */
  readonly work: PersistedWork | undefined
}

/**
 * Actor logic for work on behalf of an agent.
 *
 * XState runs an invoke again when a machine is restored. For a durable agent,
 * each invoke therefore gets a key when its state is entered. The key is part of
 * the child's snapshot, and the work begins when that snapshot is stored.
 * Whoever resumes the agent comes with the same key, and finds finished work. What
 * is left to do is part of the trace in which the state was entered.
 */
export function ownedPromise<Output, Input>(
  run: (work: OwnedWork<Input>) => Promise<Output>,
): WorkLogic<Output, Input> {
  const logic = fromPromise<Output, Input>(async ({ input, system, signal: invoked, self }) => {
    const life = lifeOf(system)
    const owner = life?.owner
    const signal = life ? AbortSignal.any([invoked, life.signal]) : invoked
    const persister = owner?.persister
    if (!persister) return run({ input, signal, owner, work: undefined })
    persister.changed()
    await persister.stored()
    signal.throwIfAborted()
    const { key, trace } = self.getSnapshot() as KeyedSnapshot<Output, Input>
    const work = persister.workOf(key)
    const runIt = (): Promise<Output> => run({ input, signal, owner, work })
    const isTracedHere = trace === undefined || trace === currentTrace()?.span.traceparent
    try {
      return await (isTracedHere ? runIt() : owner.tracing.continue(trace, runIt))
    } catch (error) {
      // The store noticed before the persister did.
      if (error instanceof FenceError && error.key === work.claim.task) persister.lose()
      throw error
    }
  })
  return {
    ...logic,
    getInitialSnapshot: (scope, input) => {
      const first = logic.getInitialSnapshot(scope, input)
      if (!lifeOf(scope.system)?.owner.persister) return first
      const trace = currentTrace()?.span.traceparent
      return Object.assign({}, first, { key: randomUUID(), ...(trace !== undefined && { trace }) })
    },
    restoreSnapshot: (saved, { system }) => {
      const restored = saved as KeyedSnapshot<Output, Input>
      // A child that `migrate` has added has no key yet.
      const isNew = restored.status === 'active' && restored.key === undefined
      return isNew && lifeOf(system)?.owner.persister ? Object.assign({}, restored, { key: randomUUID() }) : restored
    },
  }
}

/** A child's snapshot of a durable agent. */
export type KeyedSnapshot<Output, Input> = PromiseSnapshot<Output, Input> & {
  /** The key of its work. */
  readonly key: string
  /** The span in which it was invoked, see `Span.traceparent`; absent where nobody traced. */
  readonly trace?: string
}
