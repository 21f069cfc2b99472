import { setTimeout as pause } from 'node:timers/promises'

import { FenceError, OptionError, OutcomeUnknownError, ValueError, VersionConflictError } from '@skein/memory'
import type { Claim, View } from '@skein/memory'
import { isOutage, warn } from '@skein/memory/runtime'
import type { AgentDescription, OutgoingMail } from '@skein/memory/runtime'
import { publicLabel } from '@skein/memory/store'

import { answerTtlMs, isAnswerAddress } from '../messages/answer-mail.ts'
import { labelOfMessage } from '../messages/message-label.ts'
import type { Message } from '../messages/message.ts'
import { traceOfMessage } from '../tracing/message-trace.ts'
import type { Receiver } from '../messages/receiver.ts'
import type { Outcome, Persistable, PersistedWork, StatePersister } from '../owner/state-persister.ts'
import { AgentForgottenError, AgentLostError, NotDurableError } from './durable-errors.ts'
import { DurableMailbox } from './durable-mailbox.ts'
import type { TakenMail } from './durable-mailbox.ts'
import type { DurableDefinition } from './durable.ts'
import { FormMaker } from './next-form.ts'
import type { NextForm } from './next-form.ts'
import { SaveLoop } from './save-loop.ts'
import { whyNotDurable } from './why-not-durable.ts'
import { workKeys } from './work-keys.ts'

interface Sent {
  /** The span that it is sent in. */
  readonly trace: string | undefined
  readonly to: string
  readonly message: Message
}

/** What a persister works with. */
export interface PersisterParts {
  readonly view: View
  readonly definition: DurableDefinition
  readonly claim: Claim
  readonly input: unknown
  /** Of its record; 0 when there is none. */
  readonly version: number
  /** The state that it continues from; `undefined` of a new agent. */
  readonly saved: unknown
  /** Whether it was paused when it was saved. */
  readonly isPaused: boolean
  /** What its first save says of its definition, unless another agent's has said it. */
  readonly describes: AgentDescription | undefined
  /** Finds an agent of this flock whose mailbox is not durable. */
  readonly findVolatile: (id: string) => Pick<Receiver, 'send'> | undefined
}

/** Pause before another attempt after the store failed, in milliseconds. */
const retryMs = 200

/**
 * Stores a durable agent in the memory, under its claim.
 *
 * Every save is one atomic write: the state, the removal of the mail that the
 * agent has taken, and the mail that it has sent. So a process that dies between
 * two saves leaves everything as the first one stored it, and each message is
 * taken exactly once.
 */
export class DurablePersister implements StatePersister {
  readonly #parts: PersisterParts
  readonly #saves = new SaveLoop(() => this.#trySave())
  readonly #mailbox: DurableMailbox
  readonly #forms: FormMaker
  #agent: Persistable | undefined
  /** Of the record as it was last stored. */
  #version: number
  /** Mail taken since the last save. */
  #taken: TakenMail[] = []
  /** Messages sent since the last save. */
  #outgoing: Sent[] = []
  /** Work that the stored state waits for. */
  #workKeys: ReadonlySet<string>
  #stored: unknown
  /** The last state, once the agent has ended. */
  #last: NextForm | undefined

  constructor(parts: PersisterParts) {
    this.#parts = parts
    this.#version = parts.version
    this.#workKeys = workKeys(parts.saved)
    this.#stored = parts.saved
    this.#mailbox = new DurableMailbox(parts.view)
    this.#forms = new FormMaker(parts.view.principal.id, parts.definition, parts.input)
    parts.claim.signal.addEventListener('abort', () => this.lose(), { once: true })
  }

  /** The name of the agent's definition. */
  get definition(): string {
    return this.#parts.definition.durable.name
  }

  /** Begins to store an agent, with its first state. */
  attach(agent: Persistable): void {
    this.#agent = agent
    if (this.#isOpen) this.#mailbox.open(agent.receiver)
    this.#saves.start()
  }

  get lastStored(): unknown {
    return this.#stored
  }

  changed(): void {
    this.#saves.changed()
  }

  taken(message: Message): void {
    const mail = this.#mailbox.taken(message)
    if (!mail) return
    this.#taken.push(mail)
    this.changed()
  }

  mailOf(message: Message): string | undefined {
    return this.#mailbox.mailOf(message)?.id
  }

  stored(): Promise<void> {
    return this.#saves.saved()
  }

  post(to: string, message: Message): void {
    this.#outgoing.push({ to, message, trace: traceOfMessage(message) })
    this.changed()
  }

  receive(message: Message): Promise<void> | undefined {
    if (this.#parts.definition.durable.mailbox === 'volatile') return undefined
    return this.#mailbox.post(message)
  }

  workOf(key: string): PersistedWork {
    const { claim, definition } = this.#parts
    const { task, fence } = claim
    return { key: `agents/${key}`, leaseMs: definition.durable.leaseMs, claim: { task, fence } }
  }

  /** Fetches the mail that waits for the agent, as far as there is room. */
  fetch(): Promise<void> {
    return this.#mailbox.fetch()
  }

  async end(outcome: Outcome): Promise<void> {
    if (this.#saves.error !== undefined) return
    this.#mailbox.close()
    try {
      // The state as it is now: in a moment everything in it is stopped.
      this.#last = this.#forms.ended(this.#agent, outcome)
      this.changed()
      await this.stored()
    } catch (error) {
      // Stopped where it could not be stored: it continues from the last state that was.
      this.#saves.stop(error)
      await this.#parts.claim.release().catch(warn)
      throw error
    }
    await this.#parts.claim.release()
    if (this.#last.notStored) throw this.#last.notStored
  }

  lose(): void {
    this.#giveUp(new AgentLostError(this.#parts.view.principal.id))
  }

  /** Ends the agent, since what it continues from was forgotten. Whoever resumes it continues from what is left. */
  forgotten(): void {
    this.#giveUp(new AgentForgottenError(this.#parts.view.principal.id))
    void this.#parts.claim.release().catch(warn)
  }

  /** Ends the agent without its state. */
  #giveUp(error: AgentLostError | AgentForgottenError): void {
    if (this.#saves.error !== undefined || (this.#last && this.#saves.isDone)) return
    this.#mailbox.close()
    this.#saves.stop(error)
    this.#agent?.end({ type: 'failed', error })
  }

  get #isOpen(): boolean {
    return !this.#last && this.#saves.error === undefined
  }

  /** Resolves to whether the state was stored. */
  async #trySave(): Promise<boolean> {
    const [taken, outgoing] = [this.#taken, this.#outgoing]
    this.#taken = []
    this.#outgoing = []
    try {
      await this.#save(this.#last ?? this.#forms.active(this.#agent), taken, outgoing)
      return true
    } catch (error) {
      if (await this.#wasStored(error)) return true
      this.#taken = [...taken, ...this.#taken]
      this.#outgoing = [...outgoing, ...this.#outgoing]
      await this.#recover(error)
      return false
    }
  }

  async #save({ form, status }: NextForm, taken: readonly TakenMail[], sent: readonly Sent[]): Promise<void> {
    const { view, definition, claim, isPaused, findVolatile } = this.#parts
    // With the first save here.
    const describes = this.#stored === this.#parts.saved ? this.#parts.describes : undefined
    const keys = workKeys(form.saved)
    const finishedWork = [...this.#workKeys].filter((key) => !keys.has(key)).map((key) => this.workOf(key).key)
    const mailed = sent.filter(({ to }) => !findVolatile(to))
    const outgoing = mailed.map((mail): OutgoingMail => ({
      ...mail,
      read: labelOfMessage(mail.message) ?? publicLabel,
      ttlMs: isAnswerAddress(mail.to) ? answerTtlMs : undefined,
    }))
    const saved = view.agents.save({
      definition: definition.durable.name,
      status,
      isPaused: status === 'active' && (this.#agent?.isPaused ?? isPaused),
      state: form,
      claim,
      ifVersion: this.#version,
      ttlMs: status === 'active' ? undefined : definition.durable.keepEndedMs,
      taken,
      outgoing,
      finishedWork,
      ...(describes && { describes }),
    })
    this.#version = await saved.catch((error: unknown) => {
      // More messages than one atom holds, or what JSON does not keep.
      if (!(error instanceof OptionError || error instanceof ValueError)) throw error
      throw whyNotDurable(view.principal.id, error, { form, sent: mailed.map(({ message }) => message) })
    })
    this.#workKeys = keys
    this.#stored = form.saved
    for (const { to, message } of sent) if (!mailed.some((mail) => mail.message === message)) this.#send(to, message)
  }

  /** Whether a save with an unknown outcome was stored: nobody else can have written the state meanwhile. */
  async #wasStored(error: unknown): Promise<boolean> {
    if (!(error instanceof OutcomeUnknownError)) return false
    while (this.#saves.error === undefined) {
      try {
        const version = (await this.#parts.view.agents.load())?.version ?? 0
        const isNewer = version > this.#version
        this.#version = version
        return isNewer
      } catch (second) {
        if (!isOutage(second)) warn(second)
        await pause(retryMs)
      }
    }
    return false
  }

  /** After a failed save: loses the agent, fails it, or waits before the next attempt. */
  async #recover(error: unknown): Promise<void> {
    if (error instanceof FenceError) return this.lose()
    if (error instanceof VersionConflictError) return this.forgotten()
    if (error instanceof NotDurableError) {
      // What it sent since the state that it goes back to was never sent.
      this.#outgoing = []
      return this.#failWith(error)
    }
    // The memory itself reports on an outage.
    if (!isOutage(error)) warn(error)
    await pause(retryMs)
  }

  /** It must not continue from a state that can't be stored. */
  #failWith(error: NotDurableError): void {
    if (!this.#last) {
      this.#saves.skip()
      this.#agent?.failed(error, this.#stored)
    } else if (this.#last.status === 'active' || this.#last.notStored) this.#saves.stop(error)
    else this.#last = this.#forms.unstorable(this.#agent, error)
  }

  #send(to: string, message: Message): void {
    try {
      this.#parts.findVolatile(to)?.send(message)
    } catch {
      // The receiver that refused it has made a dead letter of it.
    }
  }
}
