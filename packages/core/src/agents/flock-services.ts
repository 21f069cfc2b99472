import type { Escalation, Memory, View } from '@skein/memory'

import type { Clock } from '../base/clock.ts'
import type { FlockEvent } from '../events/flock-events.ts'
import type { Message } from '../messages/message.ts'
import type { Questions } from '../messages/questions.ts'
import type { Scheduler } from '../messages/run-queue.ts'

/** What the agents of a flock share. */
export interface FlockServices {
  readonly memory: Memory
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly questions: Questions
  /** Whether anybody listens to `agent.moved`. */
  readonly hearsMoves: boolean
  emit(event: FlockEvent): void
  /** Sends a message on behalf of an agent; one that can't be delivered becomes a dead letter. */
  tell(from: View, to: string, message: Message): void
  /** Notifies people that an agent waits for them. */
  announce(escalation: Escalation): void
}
