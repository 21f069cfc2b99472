import type { AgentRef } from '../agents/agent-ref.ts'
import { behavior } from '../machine/behavior.ts'
import type { Message } from '../messages/message.ts'
import type { Flock } from '../flock.ts'
import type { SpawnOptions } from '../agents/spawn-options.ts'

/** An agent that records its messages. */
export interface Probe {
  readonly id: string
  readonly ref: AgentRef
  /** All messages so far, in order. */
  readonly messages: readonly Message[]
  /** Resolves to the next message that `next` has not returned yet. */
  next(): Promise<Message>
}

/**
 * Spawns an agent that records its messages, for tests to inspect.
 *
 * @example
 * ```ts
 * import { createFlock } from '@skein/core'
 * import { probe } from '@skein/core/testing'
 * import { mapStore, openMemory } from '@skein/memory'
 *
 * const memory = await openMemory({ store: mapStore() })
 * const flock = await createFlock({ memory })
 * const editor = probe(flock, { id: 'editor' })
 * editor.ref.send({ type: 'draft' })
 * await editor.next() // => { type: 'draft' }
 * await flock.close()
 * await memory.close()
 * ```
 */
export function probe(flock: Flock, options: Pick<SpawnOptions, 'id' | 'role'> = {}): Probe {
  const messages: Message[] = []
  const waiting: ((message: Message) => void)[] = []
  let returned = 0
  const ref = flock.spawn(
    behavior<null, Message>({
      role: 'probe',
      initial: null,
      receive: (_, message) => {
        messages.push(message)
        const wake = waiting.shift()
        if (wake) {
          returned += 1
          wake(message)
        }
        return null
      },
    }),
    options,
  )
  return {
    id: ref.id,
    ref,
    messages,
    next: () => {
      const message = messages[returned]
      if (message === undefined) return new Promise((resolve) => waiting.push(resolve))
      returned += 1
      return Promise.resolve(message)
    },
  }
}
