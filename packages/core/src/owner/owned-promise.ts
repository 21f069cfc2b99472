import { randomUUID } from 'node:crypto'

import { FenceError } from '@skein/memory'
import { fromPromise } from 'xstate'
import type { PromiseActorLogic, PromiseSnapshot } from 'xstate'

import type { PersistedWork } from './state-persister.ts'
import { ownerOf } from './owner.ts'
import type { Owner } from './owner.ts'

/** What work done for an agent is given. */
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
 * Actor logic for work that is done for an agent.
 *
 * XState runs an invoke again when a machine is restored. For a durable agent
 * each invoke therefore gets a key when its state is entered, which is part of
 * the child's snapshot; the work begins when that snapshot is stored. Whoever
 * resumes the agent comes with the same key, and finds what was finished.
 */
export function ownedPromise<Output, Input>(
  run: (work: OwnedWork<Input>) => Promise<Output>,
): PromiseActorLogic<Output, Input> {
  const logic = fromPromise<Output, Input>(async ({ input, system, signal, self }) => {
    const owner = ownerOf(system)
    const joined = owner ? AbortSignal.any([signal, owner.signal]) : signal
    const persister = owner?.persister
    if (!persister) return run({ input, signal: joined, owner, work: undefined })
    persister.changed()
    await persister.stored()
    joined.throwIfAborted()
    const { key } = self.getSnapshot() as KeyedSnapshot<Output, Input>
    const work = persister.workOf(key)
    try {
      return await run({ input, signal: joined, owner, work })
    } catch (error) {
      // The store knew before the persister did.
      if (error instanceof FenceError && error.key === work.claim.task) persister.lose()
      throw error
    }
  })
  return {
    ...logic,
    getInitialSnapshot: (scope, input) => {
      const first = logic.getInitialSnapshot(scope, input)
      return ownerOf(scope.system)?.persister
        ? (Object.assign({}, first, { key: randomUUID() }) as typeof first)
        : first
    },
  }
}

/** A child's snapshot of a durable agent: it names its work. */
export type KeyedSnapshot<Output, Input> = PromiseSnapshot<Output, Input> & { readonly key: string }
