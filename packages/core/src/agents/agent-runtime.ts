import type { Escalation, Principal, View } from '@skein/memory'
import { currentTrace, ReadScope } from '@skein/memory/runtime'
import type { Tracing } from '@skein/memory/runtime'
import { publicLabel } from '@skein/memory/store'
import type { Label } from '@skein/memory/store'

import type { Clock } from '../base/clock.ts'
import type { AgentEvent } from '../events/flock-events.ts'
import type { BudgetScope } from '../limits/budget.ts'
import type { Host } from '../machine/host.ts'
import type { Move, SavedMove } from '../owner/machine-move.ts'
import { answerAddressOf, answerMail } from '../messages/answer-mail.ts'
import { UnknownMessageError } from '../messages/message-errors.ts'
import { withLabel, withSpan } from '../messages/message-label.ts'
import type { Message, Reply } from '../messages/message.ts'
import { takesType } from '../messages/takes-type.ts'
import type { Outcome, Persistable, StatePersister } from '../owner/state-persister.ts'
import { AgentLife } from './agent-life.ts'
import { startOf } from './agent-parts.ts'
import type { AgentParts } from './agent-parts.ts'
import { askWhatToDo } from './ask-what-to-do.ts'
import { Ending } from './ending.ts'
import type { FlockServices } from './flock-services.ts'
import { MessagePump } from './message-pump.ts'
import { Recovery } from './recovery.ts'
import type { AgentState, Instruction, Restartable } from './restartable.ts'

/** An event of an agent, without the agent's name. */
type Unnamed<Event> = Event extends unknown ? Omit<Event, 'agent' | 'role'> : never

/**
 * An agent at work: its lives, and what follows when one fails. `MessagePump` brings it its messages.
 *
 * States
 * - `running`: messages are delivered.
 * - `running` → `waiting`: it failed. All work that it had started is aborted, and messages wait until it continues:
 *   after a pause, or when a person has decided.
 * - `waiting` → `running`: with a new life, which begins again or from the last good state.
 * - `running` ↔ `paused`: a person paused it. No messages are delivered and no activities begin; those that run continue.
 * - any → `ended`: for good. Messages that wait become dead letters.
 *
 * Most agents of a large flock never fail, and many wait for their first message: what only some of them need is made
 * on first use.
 */
export class AgentRuntime implements Restartable, Persistable {
  readonly #parts: AgentParts
  readonly #services: FlockServices
  #state: 'running' | 'waiting' | 'ended' = 'waiting'
  #life: AgentLife
  #ending: Ending | undefined
  #pump: MessagePump | undefined
  #memory: View | undefined
  #scope: ReadScope | undefined
  #recovery: Recovery | undefined
  #lastMove: SavedMove | undefined
  /** Of a paused agent: what waits for it to continue. */
  #pause: PromiseWithResolvers<void> | undefined

  constructor(parts: AgentParts, services: FlockServices) {
    this.#parts = parts
    this.#services = services
    this.#life = this.#newLife(parts.saved)
    if (parts.isPaused) this.#pause = Promise.withResolvers()
  }

  get id(): string {
    return this.#parts.principal.id
  }

  get principal(): Principal {
    return this.#parts.principal
  }

  get parent(): Restartable | undefined {
    return this.#parts.parent
  }

  get persister(): StatePersister | undefined {
    return this.#parts.persister
  }

  get budget(): BudgetScope | undefined {
    return this.#parts.budget
  }

  get clock(): Clock {
    return this.#services.clock
  }

  get memory(): View {
    return (this.#memory ??= this.#services.memory.as(this.principal, this.scope))
  }

  get tracing(): Tracing {
    return this.#services.memory.tracing
  }

  get scope(): ReadScope {
    if (!this.#scope) {
      this.#scope = new ReadScope({ lasts: true })
      if (this.#parts.label) this.#scope.noteLabel(this.#parts.label)
    }
    return this.#scope
  }

  /** The label of what it has read. */
  get label(): Label {
    return this.#scope?.label ?? this.#parts.label ?? publicLabel
  }

  get ending(): Ending {
    return (this.#ending ??= new Ending(this.id))
  }

  /** Whatever is sent to it goes in here. */
  get receiver(): MessagePump {
    return (this.#pump ??= new MessagePump(this, this.#parts.mailbox, this.#services))
  }

  get state(): AgentState {
    return this.#pause && this.#state === 'running' ? 'paused' : this.#state
  }

  get isPaused(): boolean {
    return this.#pause !== undefined
  }

  /** Resolves when it is paused no more; `undefined` when it is not. */
  get paused(): Promise<void> | undefined {
    return this.#state === 'ended' ? undefined : this.#pause?.promise
  }

  get host(): Host {
    return this.#life.host
  }

  /** Messages that wait. */
  get waiting(): number {
    return this.#pump?.waiting ?? 0
  }

  /** Messages that wait or questions that are not answered yet, whichever are more. */
  get load(): number {
    return this.#pump?.load ?? 0
  }

  /** Whether it takes messages of this type in some state. */
  takes(type: string): boolean {
    return takesType(this.host.types, type)
  }

  requireTakes(type: string): void {
    if (this.host.takesOthers || this.takes(type)) return
    throw new UnknownMessageError(this.id, type, this.host.types, this.#machineState)
  }

  /** Sends on behalf of the agent: with its next state, where that is stored. */
  tell(to: string, message: Message): void {
    const labelled = withSpan(withLabel(message, this.label), this.tracing.outgoing)
    if (this.persister) this.persister.post(to, labelled)
    else this.#services.tell(this.memory, to, labelled)
  }

  reply(reply: Reply): void {
    const to = answerAddressOf(reply.ask)
    if (to === undefined) this.#services.questions.answer(reply, this.label)
    else this.tell(to, answerMail(reply))
  }

  announce(escalation: Escalation): void {
    this.#services.announce(escalation)
  }

  /** Begins to run. A failure of the first step is supervised like any other. */
  start(): void {
    this.#state = 'running'
    this.host.start()
    if (this.#pause) this.#emit({ type: 'agent.paused' })
    if (this.#state === 'running' && this.host.types && this.takes('alert')) this.receiver.deliverAlerts()
    this.#pump?.schedule()
  }

  get hearsMoves(): boolean {
    return this.#services.hearsMoves
  }

  get lastMove(): SavedMove | undefined {
    return this.#lastMove
  }

  moved(move: Move): void {
    if (this.persister && !move.within) this.#lastMove = { ...move, at: Math.round(this.clock.now()) }
    if (this.hearsMoves) this.#emit({ type: 'agent.moved', ...move, label: this.label })
  }

  changed(): void {
    this.persister?.changed()
    this.#pump?.onChange()
  }

  failed(error: unknown, lastGood?: unknown): void {
    if (this.#state !== 'running') return
    currentTrace()?.span.fail(error)
    const state = this.#machineState
    this.#state = 'waiting'
    this.#life.end(error)
    const { supervise } = this.#parts
    if (supervise) this.#recovery ??= new Recovery(this, supervise)
    const decision = this.#recovery?.decide(error) ?? ({ type: 'stop' } as const)
    this.#emit({ type: 'agent.failed', error, state, decision, label: this.label })
    this.#pump?.onFailure(error)
    if (this.#recovery) this.#recovery.carryOut(decision, error, lastGood ?? this.#lastGood)
    else this.end({ type: 'failed', error })
  }

  resume(saved: unknown): void {
    if (this.#state !== 'waiting') return
    if (saved === undefined) this.#pump?.forgetTaken()
    this.#life = this.#newLife(saved)
    this.#emit({ type: 'agent.restarted' })
    this.changed()
    this.start()
  }

  /** Twice does no harm. */
  pause(): void {
    if (this.#state === 'ended' || this.#pause) return
    this.#pause = Promise.withResolvers()
    this.persister?.changed()
    this.#emit({ type: 'agent.paused' })
  }

  unpause(): void {
    const pause = this.#pause
    if (!pause || this.#state === 'ended') return
    this.#pause = undefined
    pause.resolve()
    this.persister?.changed()
    this.#emit({ type: 'agent.unpaused' })
    this.#pump?.schedule()
  }

  askHuman(error: unknown, signal: AbortSignal): Promise<Instruction> {
    this.#emit({ type: 'agent.suspended', error, label: this.label })
    // Not its own view: the person's decision says nothing of what the agent could have read.
    return askWhatToDo(this, this.#services.memory.as(this.principal), error, signal)
  }

  end(outcome: Outcome): void {
    if (this.#state === 'ended') return
    const wasRunning = this.#state === 'running'
    const error = outcome.type === 'failed' ? outcome.error : undefined
    // Before anything is stopped: what is stored now is where it continues.
    const stored = this.persister?.end(outcome)
    this.#state = 'ended'
    // It stays paused where it is resumed.
    this.#pause?.resolve()
    if (wasRunning) this.#life.end(error)
    this.#recovery?.stop()
    this.#pump?.close(error)
    this.#emit({ type: 'agent.ended', ...(error !== undefined && { error }), label: this.label })
    this.ending.end(outcome, stored)
  }

  save(): unknown {
    return this.#state === 'running' ? this.host.save() : this.#lastGood
  }

  /** A host that failed before it had kept a state of its own goes back to what is stored, not to its beginning. */
  get #lastGood(): unknown {
    return this.host.lastGood ?? this.persister?.lastStored
  }

  #newLife(saved: unknown): AgentLife {
    return new AgentLife(this, this.#parts.definition.makeHost, startOf(this.#parts, saved))
  }

  get #machineState(): unknown {
    return (this.host.snapshot as { readonly value?: unknown }).value
  }

  #emit(event: Unnamed<AgentEvent>): void {
    this.#services.emit({ ...event, agent: this.id, role: this.principal.role })
  }
}
