import { AccessError } from '@skein/memory'
import { publicLabel } from '@skein/memory/store'

import type { DeadLetterReason } from '../messages/dead-letter.ts'
import { isAskedFromAfar } from '../messages/answer-mail.ts'
import type { MailboxOptions } from '../messages/mailbox-options.ts'
import { Mailbox } from '../messages/mailbox.ts'
import { AgentStoppedError, MailboxFullError } from '../messages/message-errors.ts'
import { isCleared, labelOfMessage, withSpan } from '../messages/message-label.ts'
import { refuse } from '../messages/message.ts'
import type { Message } from '../messages/message.ts'
import type { OpenQuestion } from '../messages/open-question.ts'
import { rejectAll, rejectTaken } from '../messages/questions.ts'
import type { Receiver } from '../messages/receiver.ts'
import type { Runnable } from '../messages/run-queue.ts'
import { AlertDelivery } from './alert-delivery.ts'
import { traceTaking } from '../tracing/trace-taking.ts'
import type { FlockServices } from './flock-services.ts'
import type { Restartable } from './restartable.ts'

/**
 * Brings an agent its messages: accepts or refuses them, keeps them in the
 * mailbox, delivers them when the scheduler says so, and decides what happens to
 * those that can't be delivered. It outlives the agent's restarts.
 */
export class MessagePump implements Receiver, Runnable {
  readonly #agent: Restartable
  readonly #options: Required<MailboxOptions>
  readonly #services: FlockServices
  readonly #mailbox: Mailbox
  #questions: Set<OpenQuestion> | undefined
  #alerts: AlertDelivery | undefined
  /** The message that is being taken. */
  #current: Message | undefined
  #isQueued = false

  constructor(agent: Restartable, options: Required<MailboxOptions>, services: FlockServices) {
    this.#agent = agent
    this.#options = options
    this.#services = services
    this.#mailbox = new Mailbox(options, this)
  }

  get id(): string {
    return this.#agent.id
  }

  get questions(): Set<OpenQuestion> {
    return (this.#questions ??= new Set())
  }

  /** Messages that wait. */
  get waiting(): number {
    return this.#mailbox.size
  }

  /** Messages that wait or questions that are not answered yet, whichever are more. */
  get load(): number {
    return Math.max(this.#mailbox.size, this.#questions?.size ?? 0)
  }

  /** @throws AgentStoppedError, UnknownMessageError, MailboxFullError */
  send(given: Message): void {
    const message = this.#traced(given)
    this.#requireTakes(message)
    const stored = this.#agent.persister?.receive(message)
    if (stored) stored.catch(() => this.deadLetter(message, 'refused'))
    else this.#mailbox.put(message)
    if (!this.#isQueued) this.schedule()
  }

  /** Like {@link send}, but waits for room where the mailbox does, and for storage where it is durable. */
  async post(given: Message, signal?: AbortSignal): Promise<void> {
    const message = this.#traced(given)
    this.#requireTakes(message)
    const received = this.#agent.persister?.receive(message) ?? this.#mailbox.putWhenRoom(message, signal)
    this.schedule()
    return received
  }

  offer(message: Message): boolean {
    const hasRoom = this.#mailbox.offer(message)
    if (hasRoom) this.schedule()
    return hasRoom
  }

  sendFirst(message: Message): void {
    if (this.#agent.state === 'ended') return
    this.#mailbox.putFirst(message)
    this.schedule()
  }

  deadLetter(message: Message, reason: DeadLetterReason): void {
    if (reason === 'overflow') {
      this.#refuse(message, new MailboxFullError(this.id, this.#options.capacity))
    }
    const label = labelOfMessage(message) ?? publicLabel
    this.#services.emit({ type: 'message.deadLettered', agent: this.id, message, reason, label })
  }

  /** Has the scheduler run it if the agent can take messages and some wait. */
  schedule(): void {
    if (this.#isQueued || this.#agent.state !== 'running' || this.#mailbox.size === 0) return
    this.#isQueued = true
    this.#services.scheduler.add(this)
  }

  run(deadline: number, limit = 64): boolean {
    const agent = this.#agent
    for (let delivered = 1; agent.state === 'running'; delivered += 1) {
      const message = this.#next()
      if (message === undefined) break
      this.#current = message
      const label = labelOfMessage(message)
      if (label) agent.scope.noteLabel(label)
      this.#take(message)
      if (this.#current) {
        this.#current = undefined
        agent.persister?.taken(message)
        this.#alerts?.taken(message)
      }
      // Reading the time costs more than most deliveries: not after each.
      if (delivered < limit && (delivered % 8 !== 0 || performance.now() < deadline)) continue
      if (this.#mailbox.size > 0) return true
      break
    }
    this.#isQueued = false
    return false
  }

  /** Delivers the agent's alerts from now on; twice does no harm. */
  deliverAlerts(): void {
    this.#alerts ??= new AlertDelivery(this.#agent, this)
  }

  /** The agent has a new state: messages that it could not take before are tried again. */
  onChange(): void {
    this.#mailbox.retryAside()
    if (!this.#isQueued) this.schedule()
  }

  /** The agent has failed. The message that caused the failure is not delivered again: it would fail again. */
  onFailure(error: unknown): void {
    const message = this.#current
    if (!message) return
    this.#current = undefined
    this.#agent.persister?.taken(message)
    this.#refuse(message, error)
    this.deadLetter(message, 'agent failed')
  }

  /** The agent begins again: what its earlier life took and did not answer is lost. */
  forgetTaken(): void {
    if (this.#questions) rejectTaken(this.#questions, this.#mailbox.all(), this.id)
  }

  /** The agent has ended. */
  close(cause: unknown): void {
    this.#alerts?.stop()
    this.#mailbox.close(new AgentStoppedError(this.id, cause === undefined ? undefined : { cause }))
    if (this.#questions) rejectAll(this.#questions, this.id, cause)
  }

  #take(message: Message): void {
    const agent = this.#agent
    const { memory, questions } = this.#services
    const { tracing } = memory
    if (!tracing.isOn) agent.host.take(message)
    else {
      const taking = {
        principal: agent.principal,
        label: () => agent.label,
        message,
        mail: agent.persister?.mailOf(message),
        question: questions.find(message),
      }
      traceTaking(tracing, taking, () => agent.host.take(message))
    }
  }

  /** Fails the question that a message is, if it is one. */
  #refuse(message: Message, error: unknown): void {
    if (isAskedFromAfar(message)) this.#agent.reply(refuse(message, error))
    else this.#services.questions.reject(message, error)
  }

  /** The message, with the span that it is sent in. */
  #traced(message: Message): Message {
    return withSpan(message, this.#services.memory.tracing.outgoing)
  }

  /** The next message that the agent can take now. Questions that nobody waits for any more are skipped. */
  #next(): Message | undefined {
    const agent = this.#agent
    try {
      for (;;) {
        const message = this.#mailbox.take(agent.host)
        if (message === undefined || !this.#services.questions.isGivenUp(message)) return message
        agent.persister?.taken(message)
        this.deadLetter(message, 'given up')
      }
    } catch (error) {
      // A guard that throws is a failure of the agent, like an action that throws.
      agent.failed(error)
      return undefined
    }
  }

  #requireTakes(message: Message): void {
    if (this.#agent.state === 'ended') {
      this.deadLetter(message, 'agent ended')
      throw new AgentStoppedError(this.id)
    }
    this.#agent.requireTakes(message.type)
    const label = labelOfMessage(message)
    if (label && !isCleared(this.#agent.principal, label)) throw new AccessError(this.id, 'clearance for this message')
  }
}
