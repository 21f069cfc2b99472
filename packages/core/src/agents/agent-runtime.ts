import type { Escalation, Principal, View } from '@skein/memory'

import type { Clock } from '../base/clock.ts'
import type { Kept } from '../durable/durable-persister.ts'
import { AgentStoppedError, UnknownMessageError } from '../errors.ts'
import type { AgentEvent, Nameless } from '../events/flock-events.ts'
import { askWhatToDo } from './ask-what-to-do.ts'
import type { Instruction } from './ask-what-to-do.ts'
import { Recovery } from './recovery.ts'
import type { Restartable } from './recovery.ts'
import { AgentLife } from './agent-life.ts'
import type { Living } from './agent-life.ts'
import { startOf } from './agent-parts.ts'
import type { AgentParts } from './agent-parts.ts'
import { AlertDelivery } from './alert-delivery.ts'
import { Ending } from './ending.ts'
import { Inbox } from './inbox.ts'
import type { StatePersister, Outcome } from '../owner/state-persister.ts'
import { askOf } from '../messages/message.ts'
import type { Message, Reply } from '../messages/message.ts'
import { rejectAll, rejectTaken } from '../messages/questions.ts'
import type { OpenQuestion } from '../messages/questions.ts'
import type { Runnable } from '../messages/run-queue.ts'
import type { FlockServices } from './flock-services.ts'
import { takesType } from '../messages/takes-type.ts'

/**
 * An agent at work: what runs in it, its mailbox, and what becomes of it when it fails.
 *
 * States
 * - `running`: messages are delivered.
 * - `running` → `waiting`: it failed, and all that it had started is aborted; messages wait until it goes on,
 *   after a pause or when a person has said so.
 * - `waiting` → `running`: with a new host, which begins anew or where the last one was well.
 * - any → `ended`: for good. What waits becomes dead letters.
 *
 * Most agents of a large flock never fail, are never asked and hold no signal: what only some need is made when it is
 * first asked for.
 */
export class AgentRuntime implements Runnable, Living, Restartable, Kept {
  readonly parts: AgentParts
  readonly principal: Principal
  readonly #services: FlockServices
  #state: 'running' | 'waiting' | 'ended' = 'waiting'
  #life: AgentLife
  #ending: Ending | undefined
  #inbox: Inbox | undefined
  #questions: Set<OpenQuestion> | undefined
  #memory: View | undefined
  #recovery: Recovery | undefined
  #alerts: AlertDelivery | undefined
  /** The message that is being taken. */
  #current: Message | undefined
  #isQueued = false

  constructor(parts: AgentParts, around: FlockServices) {
    this.parts = parts
    this.principal = parts.principal
    this.#services = around
    this.#life = this.#newLife(parts.saved)
  }

  get id(): string {
    return this.principal.id
  }

  get persister(): StatePersister | undefined {
    return this.parts.persister
  }

  get clock(): Clock {
    return this.#services.clock
  }

  get memory(): View {
    return (this.#memory ??= this.#services.memory.as(this.principal))
  }

  get ending(): Ending {
    return (this.#ending ??= new Ending(this.id))
  }

  get questions(): Set<OpenQuestion> {
    return (this.#questions ??= new Set())
  }

  get state(): 'running' | 'waiting' | 'ended' {
    return this.#state
  }

  get snapshot(): unknown {
    return this.#life.host.snapshot
  }

  /** Messages that wait, or questions that are not answered yet, whichever are more. */
  get load(): number {
    return Math.max(this.waiting, this.#questions?.size ?? 0)
  }

  /** Messages that wait. */
  get waiting(): number {
    return this.#inbox?.size ?? 0
  }

  /** Begins to run; a failure of the first step is supervised like any other. */
  start(): void {
    this.#state = 'running'
    const { host } = this.#life
    host.start()
    if (this.state === 'running' && host.types && this.takes('alert')) this.#alerts ??= new AlertDelivery(this)
    this.schedule()
  }

  /** @throws AgentStoppedError, UnknownMessageError, MailboxFullError */
  send(message: Message): void {
    this.#requireTakes(message)
    const stored = this.persister?.receive(message)
    if (stored) stored.catch(() => this.#box().deadLetter(message, 'refused'))
    else this.#box().put(message)
    if (!this.#isQueued) this.schedule()
  }

  /** Like {@link send}, but waits for room where the mailbox says so, and until it is stored where that is durable. */
  async post(message: Message, signal?: AbortSignal): Promise<void> {
    this.#requireTakes(message)
    const kept = this.persister?.receive(message) ?? this.#box().putWhenRoom(message, signal)
    this.schedule()
    return kept
  }

  /** Puts a message into the mailbox if there is room, and tells whether there was. */
  offer(message: Message): boolean {
    const isKept = this.#box().offer(message)
    if (isKept) this.schedule()
    return isKept
  }

  /** Delivers a message before all others, however many wait. */
  sendFirst(message: Message): void {
    if (this.#state === 'ended') return
    this.#box().putFirst(message)
    this.schedule()
  }

  /** Sends for this agent: with its next state, where that is kept. */
  tell(to: string, message: Message): void {
    if (this.persister) this.persister.post(to, message)
    else this.#services.post(this, to, message)
  }

  announce(escalation: Escalation): void {
    this.#services.announce(escalation)
  }

  /** Whether a message of this type is taken in some state. */
  takes(type: string): boolean {
    return takesType(this.#life.host.types, type)
  }

  /** What a message of this type, that it does not take, is refused with. */
  unknown(type: string): UnknownMessageError {
    return new UnknownMessageError(this.id, type, this.#life.host.types, this.#machineState)
  }

  run(deadline: number, most = 64): boolean {
    for (let delivered = 1; this.#state === 'running'; delivered += 1) {
      const message = this.#next()
      if (message === undefined) break
      this.#current = message
      this.#life.host.take(message)
      if (this.#current) {
        this.#current = undefined
        this.persister?.taken(message)
        this.#alerts?.taken(message)
      }
      // Asking for the time costs more than most deliveries: not after each.
      if (delivered < most && (delivered % 8 !== 0 || performance.now() < deadline)) continue
      if (this.#inbox?.size) return true
      break
    }
    this.#isQueued = false
    return false
  }

  schedule(): void {
    if (this.#isQueued || this.#state !== 'running' || !this.#inbox?.size) return
    this.#isQueued = true
    this.#services.scheduler.add(this)
  }

  changed(): void {
    this.#inbox?.refresh()
    this.persister?.changed()
    if (!this.#isQueued) this.schedule()
  }

  replied(reply: Reply): void {
    this.#services.questions.answer(reply)
  }

  ended(output: unknown): void {
    this.end({ type: 'done', output })
  }

  /** Something in it has failed: its supervision decides what becomes of it. */
  failed(error: unknown, lastGood?: unknown): void {
    if (this.#state !== 'running') return
    const [message, state] = [this.#current, this.#machineState]
    this.#current = undefined
    this.#state = 'waiting'
    this.#life.end(error)
    const { supervise } = this.parts
    if (supervise) this.#recovery ??= new Recovery(this, supervise)
    const decision = this.#recovery?.decide(error) ?? ({ type: 'stop' } as const)
    this.#emit({ type: 'agent.failed', error, state, decision })
    if (message) this.#failedOf(message, error)
    if (this.#recovery) this.#recovery.carryOut(decision, error, lastGood ?? this.#life.host.lastGood)
    else this.end({ type: 'failed', error })
  }

  resume(saved: unknown): void {
    if (this.#state !== 'waiting') return
    // What an earlier life had taken and not answered is lost with it, unless its state is kept.
    if (saved === undefined) rejectTaken(this.#questions ?? [], this.#inbox?.questions(), this.id)
    this.#life = this.#newLife(saved)
    this.#emit({ type: 'agent.restarted' })
    this.#inbox?.refresh()
    this.persister?.changed()
    this.start()
  }

  askHuman(error: unknown, signal: AbortSignal): Promise<Instruction> {
    this.#emit({ type: 'agent.suspended', error })
    return askWhatToDo(this, error, signal)
  }

  /** Ends it for good. Twice does no harm. */
  end(outcome: Outcome): void {
    if (this.#state === 'ended') return
    const wasRunning = this.#state === 'running'
    const error = outcome.type === 'failed' ? outcome.error : undefined
    // Before anything is stopped: what is stored is where it goes on.
    const stored = this.persister?.end(outcome)
    this.#state = 'ended'
    if (wasRunning) this.#life.end(error)
    this.#recovery?.stop()
    this.#alerts?.stop()
    this.#inbox?.close(error)
    if (this.#questions) rejectAll(this.#questions, this.id, error)
    this.#emit({ type: 'agent.ended', ...(error !== undefined && { error }) })
    this.ending.end(outcome, stored)
  }

  /** Where it goes on after a crash. */
  save(): unknown {
    return this.#state === 'running' ? this.#life.host.save() : this.#life.host.lastGood
  }

  #newLife(saved: unknown): AgentLife {
    return new AgentLife(this, this.parts.definition.makeHost, startOf(this.parts, saved))
  }

  #box(): Inbox {
    return (this.#inbox ??= new Inbox(this.id, this.parts.mailbox, this.#services))
  }

  #requireTakes(message: Message): void {
    if (this.#state === 'ended') {
      this.#box().deadLetter(message, 'agent ended')
      throw new AgentStoppedError(this.id)
    }
    if (!this.takes(message.type)) throw this.unknown(message.type)
  }

  #next(): Message | undefined {
    try {
      return this.#inbox?.next(this.#life.host, this.persister)
    } catch (error) {
      // A guard that throws is the agent's own fault, as an action that throws is.
      this.failed(error)
      return undefined
    }
  }

  /** The message that an agent failed of is not delivered again: it would fail of it again. */
  #failedOf(message: Message, error: unknown): void {
    this.persister?.taken(message)
    const ask = askOf(message)
    if (ask !== undefined) this.#services.questions.reject(ask, error)
    this.#box().deadLetter(message, 'agent failed')
  }

  get #machineState(): unknown {
    return (this.snapshot as { readonly value?: unknown }).value
  }

  #emit(event: Nameless<AgentEvent>): void {
    this.#services.emit({ ...event, agent: this.id, role: this.principal.role })
  }
}
