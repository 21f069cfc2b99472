import type { Escalation, Principal, View } from '@skein/memory'

import { AgentStoppedError, MailboxFullError, UnknownMessageError } from '../errors.ts'
import type { Kept } from '../durable/agent-keeper.ts'
import type { DeadReason } from '../flock-events.ts'
import { askWhatToDo } from '../supervision/ask-what-to-do.ts'
import { Recovery } from '../supervision/recovery.ts'
import type { Patient } from '../supervision/recovery.ts'
import type { Decision, Failure } from '../supervision/supervision.ts'
import { AlertLane } from './alert-lane.ts'
import { Ending } from './ending.ts'
import type { AgentDefinition, Host, HostOwner } from './host.ts'
import type { Keeper, Outcome } from './keeper.ts'
import { Mailbox } from './mailbox.ts'
import type { MailboxOptions } from './mailbox.ts'
import { askOf } from './message.ts'
import type { AgentEndedEvent, Message, Reply } from './message.ts'
import type { Owner } from './owner.ts'
import { rejectAll } from './questions.ts'
import type { OpenQuestion } from './questions.ts'
import type { Runnable } from './run-queue.ts'
import type { Surroundings } from './surroundings.ts'

/** What an agent is made of. */
export interface AgentParts {
  readonly definition: AgentDefinition
  readonly input: unknown
  readonly principal: Principal
  readonly mailbox: Required<MailboxOptions>
  /** Absent: a failure ends it. */
  readonly supervise?: ((failure: Failure) => Decision) | undefined
  readonly parent?: AgentCell | undefined
  readonly keeper?: Keeper | undefined
  /** What an earlier life saved. */
  readonly saved?: unknown
}

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
export class AgentCell implements Runnable, Owner, HostOwner, Patient, Kept {
  readonly parts: AgentParts
  readonly ending: Ending
  readonly #around: Surroundings
  #state: 'running' | 'waiting' | 'ended' = 'waiting'
  #host: Host
  #mailbox: Mailbox<Message> | undefined
  #questions: Set<OpenQuestion> | undefined
  #life: AbortController | undefined
  #memory: View | undefined
  #recovery: Recovery | undefined
  #alerts: AlertLane | undefined
  /** The message that is being taken. */
  #current: Message | undefined
  #isQueued = false

  constructor(parts: AgentParts, around: Surroundings) {
    this.parts = parts
    this.#around = around
    this.ending = new Ending(() => this.#stopped())
    this.#host = this.#makeHost(parts.saved)
  }

  get id(): string {
    return this.parts.principal.id
  }

  get principal(): Principal {
    return this.parts.principal
  }

  get keeper(): Keeper | undefined {
    return this.parts.keeper
  }

  get clock(): Surroundings['clock'] {
    return this.#around.clock
  }

  get memory(): View {
    return (this.#memory ??= this.#around.memory.as(this.parts.principal))
  }

  get signal(): AbortSignal {
    this.#life ??= new AbortController()
    if (this.#state === 'ended') this.#life.abort(this.#stopped())
    return this.#life.signal
  }

  get questions(): Set<OpenQuestion> {
    return (this.#questions ??= new Set())
  }

  get state(): 'running' | 'waiting' | 'ended' {
    return this.#state
  }

  get snapshot(): unknown {
    return this.#host.snapshot
  }

  /** Messages that wait, or questions that are not answered yet, whichever are more. */
  get load(): number {
    return Math.max(this.#mailbox?.size ?? 0, this.#questions?.size ?? 0)
  }

  /** Begins to run; a failure of the first step is supervised like any other. */
  start(): void {
    this.#state = 'running'
    this.#host.start()
    if (this.state === 'running' && this.#host.types && this.takes('alert')) this.#alerts ??= new AlertLane(this)
    this.schedule()
  }

  /** @throws AgentStoppedError, UnknownMessageError, MailboxFullError */
  send(message: Message): void {
    this.#requireTakes(message)
    const put = this.#box().put(message)
    if (put === 'refused') throw new MailboxFullError(this.id, this.parts.mailbox.capacity)
    if (put !== 'kept') this.#bury(put.dropped, 'overflow')
    if (!this.#isQueued) this.schedule()
  }

  /** Like {@link send}, but waits for room where the mailbox says so, and until it is stored where that is durable. */
  async post(message: Message, signal?: AbortSignal): Promise<void> {
    this.#requireTakes(message)
    const stored = this.keeper?.receive(message)
    if (stored) return stored
    if (this.parts.mailbox.overflow !== 'wait') return this.send(message)
    const kept = this.#box().putWhenRoom(message, signal)
    this.schedule()
    return kept
  }

  /** Delivers a message before all others, however many wait. */
  sendFirst(message: Message): void {
    if (this.#state === 'ended') return
    this.#box().putFirst(message)
    this.schedule()
  }

  /** Whether a message of this type is taken in some state. */
  takes(type: string): boolean {
    const { types } = this.#host
    if (types === undefined || types.includes(type)) return true
    return types.some((pattern) => pattern === '*' || (pattern.endsWith('.*') && type.startsWith(pattern.slice(0, -1))))
  }

  run(deadline: number, most = 64): boolean {
    for (let delivered = 1; this.#state === 'running'; delivered += 1) {
      const message = this.#next()
      if (message === undefined) break
      this.#current = message
      this.#host.take(message)
      if (this.#current) this.#taken(message)
      // Asking for the time costs more than most deliveries: not after each.
      if (delivered < most && (delivered % 8 !== 0 || performance.now() < deadline)) continue
      if (this.#mailbox?.size) return true
      break
    }
    this.#isQueued = false
    return false
  }

  schedule(): void {
    if (this.#isQueued || this.#state !== 'running' || !this.#mailbox?.size) return
    this.#isQueued = true
    this.#around.scheduler.add(this)
  }

  changed(): void {
    this.#mailbox?.refresh()
    this.keeper?.changed()
    if (!this.#isQueued) this.schedule()
  }

  replied(reply: Reply): void {
    this.#around.questions.answer(reply)
  }

  ended(output: unknown): void {
    this.end({ type: 'done', output })
  }

  /** Something in it has failed: its supervision decides what becomes of it. */
  failed(error: unknown, lastGood?: unknown): void {
    if (this.#state !== 'running') return
    this.#state = 'waiting'
    const message = this.#current
    const state = this.#machineState
    this.#current = undefined
    this.#life?.abort(this.#stopped(error))
    this.#life = undefined
    this.#host.stop()
    const { supervise } = this.parts
    if (supervise) this.#recovery ??= new Recovery(this, supervise)
    const decision = this.#recovery?.decide(error) ?? ({ type: 'stop' } as const)
    this.#emit({ type: 'agent.failed', error, state, decision })
    if (message) this.#failedOf(message, error)
    if (this.#recovery) this.#recovery.carryOut(decision, error, lastGood ?? this.#host.lastGood)
    else this.giveUp(error)
  }

  goOn(saved: unknown): void {
    if (this.#state !== 'waiting') return
    // What an earlier life had taken and not answered is lost with it, unless its state is kept.
    if (saved === undefined) this.#refuseTaken()
    this.#host = this.#makeHost(saved)
    this.#emit({ type: 'agent.restarted' })
    this.#mailbox?.refresh()
    this.keeper?.changed()
    this.start()
  }

  giveUp(error: unknown): void {
    this.end({ type: 'failed', error })
  }

  announce(escalation: Escalation): void {
    this.#around.announce(escalation)
  }

  failParent(error: unknown): void {
    this.parts.parent?.failed(error)
  }

  askHuman(error: unknown): Promise<'restart' | 'resume' | 'stop'> {
    this.#emit({ type: 'agent.suspended', error })
    return askWhatToDo(this, error)
  }

  /** @throws UnknownMessageError when it does not take the news. */
  watch(other: AgentCell): () => void {
    if (!this.takes('agent.ended')) throw this.#unknown('agent.ended')
    const { id: agent, principal } = other
    return other.ending.on((outcome) => {
      const error = outcome.type === 'failed' ? { error: outcome.error } : {}
      const event: AgentEndedEvent = { type: 'agent.ended', agent, role: principal.role, ...error }
      this.sendFirst(event)
    })
  }

  /** Ends it for good. Twice does no harm. */
  end(outcome: Outcome): void {
    if (this.#state === 'ended') return
    const wasRunning = this.#state === 'running'
    const error = outcome.type === 'failed' ? outcome.error : undefined
    // Before anything is stopped: what is stored is where it goes on.
    const stored = this.keeper?.end(outcome)
    this.#state = 'ended'
    // XState leaves what an actor invoked running when an action throws: this signal ends it.
    this.#life?.abort(this.#stopped(error))
    this.#alerts?.stop()
    if (wasRunning) this.#host.stop()
    for (const message of this.#mailbox?.clear(this.#stopped(error)) ?? []) this.#bury(message, 'agent ended')
    if (this.#questions) rejectAll(this.#questions, this.id, error)
    this.#emit({ type: 'agent.ended', ...(error !== undefined && { error }) })
    this.ending.end(outcome, stored)
  }

  save(): unknown {
    return this.#state === 'running' ? this.#host.save() : this.#host.lastGood
  }

  offer(message: Message): boolean {
    const isKept = this.#box().put(message) === 'kept'
    if (isKept) this.schedule()
    return isKept
  }

  /** Sends for this agent: with its next state, where that is kept. */
  tell(to: string, message: Message): void {
    if (this.keeper) this.keeper.post(to, message)
    else this.#around.post(this, to, message)
  }

  #makeHost(saved: unknown): Host {
    const { definition, input, supervise, keeper } = this.parts
    const isKept = keeper !== undefined
    return definition.makeHost(this, {
      input,
      saved,
      keepsLastGood: isKept || supervise !== undefined,
      isKept: isKept,
    })
  }

  #box(): Mailbox<Message> {
    return (this.#mailbox ??= new Mailbox(this.parts.mailbox))
  }

  #requireTakes(message: Message): void {
    if (this.#state === 'ended') {
      this.#bury(message, 'agent ended')
      throw this.#stopped()
    }
    if (!this.takes(message.type)) throw this.#unknown(message.type)
  }

  /** The message that is next; questions that nobody waits for any more are passed over. */
  #next(): Message | undefined {
    const box = this.#mailbox
    if (!box) return undefined
    for (;;) {
      const message = this.#host.takesAll ? box.take() : this.#nextThatFits(box)
      if (message === undefined) return undefined
      const ask = askOf(message)
      if (ask === undefined || !this.#around.questions.isGivenUp(ask)) return message
      this.keeper?.taken(message)
      this.#bury(message, 'given up')
    }
  }

  #nextThatFits(box: Mailbox<Message>): Message | undefined {
    try {
      return box.takeIf((message) => this.#host.canTake(message))
    } catch (error) {
      // A guard that throws is the agent's own fault, as an action that throws is.
      this.failed(error)
      return undefined
    }
  }

  #taken(message: Message): void {
    this.#current = undefined
    this.keeper?.taken(message)
    this.#alerts?.taken(message)
  }

  /** The message that an agent failed of is not delivered again: it would fail of it again. */
  #failedOf(message: Message, error: unknown): void {
    this.keeper?.taken(message)
    const ask = askOf(message)
    if (ask !== undefined) this.#around.questions.reject(ask, error)
    this.#bury(message, 'agent failed')
  }

  #refuseTaken(): void {
    const waiting = new Set(this.#mailbox?.all().map((message) => askOf(message)))
    const taken = [...(this.#questions ?? [])].filter(({ name }) => !waiting.has(name))
    rejectAll(taken, this.id, undefined)
  }

  #bury(message: Message, reason: DeadReason): void {
    const ask = askOf(message)
    if (reason === 'overflow' && ask !== undefined) {
      this.#around.questions.reject(ask, new MailboxFullError(this.id, this.parts.mailbox.capacity))
    }
    this.#around.emit({ type: 'message.dead', agent: this.id, message, reason })
  }

  #emit(event: LifeEvent): void {
    this.#around.emit({ ...event, agent: this.id, role: this.principal.role })
  }

  #unknown(type: string): UnknownMessageError {
    return new UnknownMessageError(this.id, type, this.#host.types, this.#machineState)
  }

  get #machineState(): unknown {
    return (this.#host.snapshot as { readonly value?: unknown }).value
  }

  #stopped(cause?: unknown): AgentStoppedError {
    return new AgentStoppedError(this.id, cause === undefined ? undefined : { cause })
  }
}

/** What happens in the life of an agent, without its name. */
type LifeEvent =
  | { readonly type: 'agent.ended'; readonly error?: unknown }
  | { readonly type: 'agent.failed'; readonly error: unknown; readonly state: unknown; readonly decision: Decision }
  | { readonly type: 'agent.restarted' }
  | { readonly type: 'agent.suspended'; readonly error: unknown }
