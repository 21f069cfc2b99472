import type { AgentRef } from '../agents/agent-ref.ts'
import { behavior } from '../machine/behavior.ts'
import type { Message } from '../messages/message.ts'
import type { Flock } from '../flock.ts'
import type { SpawnOptions } from '../agents/spawn-options.ts'

/** An agent that keeps what it is sent. */
export interface Probe {
  readonly id: string
  readonly ref: AgentRef
  /** All that it got, in order. */
  readonly messages: readonly Message[]
  /** Resolves to the next message that was not given out yet, or that comes. */
  next(): Promise<Message>
}

/** Spawns an agent that keeps what it is sent, for tests to look at. */
export function probe(flock: Flock, options: Pick<SpawnOptions, 'id' | 'role'> = {}): Probe {
  const messages: Message[] = []
  const waiting: ((message: Message) => void)[] = []
  let given = 0
  const ref = flock.spawn(
    behavior<null, Message>({
      role: 'probe',
      initial: null,
      receive: (_, message) => {
        messages.push(message)
        const wake = waiting.shift()
        if (wake) {
          given += 1
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
      const message = messages[given]
      if (message === undefined) return new Promise((resolve) => waiting.push(resolve))
      given += 1
      return Promise.resolve(message)
    },
  }
}
