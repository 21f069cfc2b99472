import { AccessError } from '@skein/memory'
import type { View } from '@skein/memory'
import type { SavedAgentSummary } from '@skein/memory/runtime'
import { publicLabel } from '@skein/memory/store'
import { covers } from '@skein/memory/store'

import type { FlockServices } from '../agents/flock-services.ts'
import { AgentStoppedError } from '../messages/message-errors.ts'
import { labelOfMessage } from '../messages/message-label.ts'
import type { AnswerTo, Message, QuestionIn } from '../messages/message.ts'
import type { AskOptions } from '../messages/questions.ts'
import { traceOfMessage } from '../tracing/message-trace.ts'
import type { Answers } from './answers.ts'
import { AgentUnknownError } from './agent-unknown-error.ts'

/**
 * A handle of an agent that runs on some host, or waits for one. Messages go to its durable mailbox, so they outlive
 * its host and the process that sends them.
 */
export class HostedAgent<Taken extends Message = Message> {
  readonly id: string
  readonly #definition: string
  readonly #flock: View
  readonly #services: FlockServices
  readonly #answers: Answers
  /** The posts of this handle, one after the other: that is the order in which the agent gets them. */
  #last: Promise<unknown> = Promise.resolve()
  #isKnown = false

  /** @internal */
  constructor(definition: string, id: string, flock: View, services: FlockServices, answers: Answers) {
    this.#definition = definition
    this.id = id
    this.#flock = flock
    this.#services = services
    this.#answers = answers
  }

  /**
   * Posts a message; resolves when it is stored. Messages of one handle arrive in the order of these calls.
   *
   * @throws AgentUnknownError, AgentStoppedError, AccessError, ValueError, StoreError
   */
  post(message: Taken): Promise<void> {
    const posted = this.#last.then(() => this.#post(message))
    // Whoever posted it learns that it failed; the next one is posted all the same.
    this.#last = posted.catch(() => {})
    return posted
  }

  /**
   * Asks the agent, wherever it runs, and resolves to the answer. The question is stored: if the agent's host dies, the
   * next one answers. If this process dies, nobody gets the answer. If the agent ends without one, the question fails.
   *
   * @throws OptionError; AskTimeoutError; AgentStoppedError; the error that it answers with, whose fields are as they are stored; what
   * `post` throws.
   */
  ask<Asked extends QuestionIn<Taken>>(
    message: Asked,
    options: AskOptions = {},
  ): Promise<AnswerTo<Extract<Taken, { readonly type: Asked['type'] }>>> {
    const { questions } = this.#services
    // It may have ended since it was last seen: then nobody would answer.
    this.#isKnown = false
    const send = (asked: Message): void =>
      void this.post(asked as Taken).catch((error: unknown) => questions.reject(asked, error))
    return this.#answers.ask(this.id, message, options, send) as Promise<never>
  }

  async #post(message: Message): Promise<void> {
    const read = labelOfMessage(message) ?? publicLabel
    await this.#requireTaker(read)
    const { memory } = this.#services
    // Stored under the label of what the sender has read, which the agent is cleared for.
    const clearance = { level: read.sensitivity, compartments: read.compartments }
    const { agents } = memory.as({ id: 'flock', role: 'flock', clearance })
    await agents.post({ to: this.id, message, read, trace: traceOfMessage(message) ?? memory.tracing.outgoing })
  }

  async #requireTaker(label: SavedAgentSummary['label']): Promise<void> {
    if (this.#isKnown && label === publicLabel) return
    const [saved] = await this.#flock.agents.summaries([this.id])
    if (!saved || saved.definition !== this.#definition) throw new AgentUnknownError(this.id, this.#definition)
    if (saved.status !== 'active') throw new AgentStoppedError(this.id)
    const { sensitivity: level, compartments } = saved.label
    if (!covers({ level, compartments }, label)) throw new AccessError(this.id, 'clearance for this message')
    this.#isKnown = true
  }
}
