import type { AsyncResource } from 'node:async_hooks'

import { warn } from '@skein/memory/runtime'
import type { ActorOptions, AnyActor, AnyActorLogic, AnyActorRef, EventObject, InspectionEvent, Snapshot } from 'xstate'

import { setLife } from '../owner/owner.ts'
import type { Owner } from '../owner/owner.ts'
import { plainStart } from './host.ts'
import type { Host, HostLife, HostStart } from './host.ts'
import { watchMoves } from './move-watch.ts'
import type { MoveWatch } from './move-watch.ts'
import { activePaths } from './state-chart.ts'
import type { ChartTransition } from '../owner/machine-move.ts'
import { saveTimers, scheduledOf, startTimers, timeBy } from './machine-timers.ts'
import type { SavedTimer } from './machine-timers.ts'
import { createFor } from './prepared-logic.ts'
import type { LogicHost, PreparedLogic, Scope, Transition } from './prepared-logic.ts'
import type { Message, Reply } from '../messages/message.ts'
import { contextOf, runFor, runIn } from './stray-errors.ts'
import type { StrayTaker } from './stray-errors.ts'
import type { MachineSnapshot } from './transition-table.ts'
import { unsavablePlace } from './unsavable-place.ts'

/** The saved state of a machine. */
export interface SavedMachine {
  readonly snapshot: unknown
  readonly timers: readonly SavedTimer[]
}

type Running = Snapshot<unknown> & {
  readonly children?: Readonly<Record<string, AnyActorRef>>
}
/** What XState keeps to itself. */
interface Observed {
  readonly observers: Set<Pick<MachineHost, 'error' | 'complete'>>
}

/**
 * Runs XState logic as a root actor of its own. Everything that Skein assumes about
 * the internals of XState is in this folder.
 *
 * The logic is wrapped, so that an error in a transition stops the children that
 * XState would leave running, and reaches the agent before XState would throw it
 * as an uncaught error of the process.
 */
export class MachineHost implements Host, LogicHost, StrayTaker {
  readonly #prepared: PreparedLogic
  readonly #life: HostLife
  readonly #start: HostStart
  readonly #actor: AnyActor
  #scope: Scope | undefined
  #async: AsyncResource | undefined
  #lastGood: SavedMachine | undefined
  #watch: MoveWatch | undefined
  #isOver = false
  #isAsked = false

  constructor(prepared: PreparedLogic, life: HostLife, start: HostStart) {
    this.#prepared = prepared
    this.#life = life
    this.#start = start
    const options = { id: life.owner.id, clock: this }
    this.#actor = createFor(this, prepared, start === plainStart ? options : { ...options, ...this.#options() })
    if (start.keepsLastGood) timeBy(life.owner.clock, this.#actor)
  }

  get owner(): Owner {
    return this.#life.owner
  }

  get signal(): AbortSignal {
    return this.#life.signal
  }

  get snapshot(): unknown {
    return this.#actor.getSnapshot()
  }

  get types(): readonly string[] | undefined {
    return this.#prepared.table?.types
  }

  get takesOthers(): boolean {
    return this.#prepared.table?.readsAny ?? true
  }

  get takesAll(): boolean {
    return this.#prepared.table === undefined
  }

  canTake(message: Message): boolean {
    const snapshot: unknown = this.#actor.getSnapshot()
    try {
      return this.#prepared.table?.canTake(snapshot as MachineSnapshot, message) ?? true
    } catch {
      // A guard has thrown: XState meets that again when it takes the message, and fails of it.
      return true
    }
  }

  start(): void {
    // Without a subscriber, XState throws errors as uncaught errors of the process.
    // (`subscribe` would make three objects more for each agent.)
    ;(this.#actor as unknown as Observed).observers.add(this)
    // Machines within may move before this one takes an event.
    if (this.#scope && this.#life.hearsMoves) this.#look(this.#scope)
    this.#run(startActor, this.#actor)
    const saved = this.#start.saved as SavedMachine | undefined
    if (saved && !this.#isOver) startTimers(this.#actor, saved.timers, this.#life.owner.clock)
  }

  take(message: Message): void {
    // Subscribed to with the first question only: most agents are never asked.
    if (!this.#isAsked && 'ask' in message) this.#subscribeToReplies()
    this.#run(this.#actor.send, message)
  }

  stop(): void {
    this.#isOver = true
    try {
      this.#actor.stop()
    } catch (error) {
      warn(error)
    }
  }

  /** The clock of the actor: what a timer throws past XState fails the agent alone. */
  setTimeout(callback: () => void, ms: number): unknown {
    return this.#life.owner.clock.setTimeout(() => this.#run(callback, undefined), ms)
  }

  clearTimeout(timeout: unknown): void {
    this.#life.owner.clock.clearTimeout(timeout)
  }

  /** What its code threw later, in a callback or a promise that nobody awaits. Its state is good. */
  strayed(error: unknown): void {
    // A life that has ended can't fail any longer.
    if (this.#isOver) return warn(error)
    this.#keep(undefined, this.#actor.getSnapshot() as Running)
    this.error(error)
  }

  /** @throws ValueError where a context can't be saved. */
  save(): SavedMachine {
    try {
      return this.#saved(this.#actor.getSnapshot() as Running)
    } catch (error) {
      throw unsavablePlace(this.#actor) ?? error
    }
  }

  get lastGood(): unknown {
    return this.#lastGood
  }

  /** Called by XState, without `this`, when the actor has failed. */
  readonly error = (error: unknown): void => {
    if (this.#isOver) return
    this.#isOver = true
    this.#stopChildren()
    this.#life.failed(error)
  }

  /** Called by XState when the actor is done. */
  complete(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#life.ended((this.#actor.getSnapshot() as { readonly output?: unknown }).output)
  }

  #options(): ActorOptions<AnyActorLogic> {
    const { input, isPersisted } = this.#start
    const saved = this.#start.saved as SavedMachine | undefined
    return {
      input,
      ...(isPersisted && { inspect: (event: InspectionEvent) => this.#inspect(event) }),
      ...(saved && { snapshot: saved.snapshot as Snapshot<unknown> }),
    }
  }

  /** Calls XState. What it throws past its own handling, such as an error of an inspector, is a failure too. */
  #run<Argument>(run: (argument: Argument) => void, argument: Argument): void {
    try {
      if (!this.#prepared.hasOwnCode) run(argument)
      else if (run === startActor) runFor(this, run, argument)
      else runIn((this.#async ??= contextOf(this)), this, run, argument)
    } catch (error) {
      this.strayed(error)
    }
  }

  step(transition: Transition, snapshot: Running, event: EventObject, scope: Scope): Snapshot<unknown> {
    const taken = this.#look(scope)
    const before = this.#before(snapshot)
    let next: Snapshot<unknown>
    try {
      next = transition(snapshot, event, scope)
    } catch (error) {
      this.#keep(before, snapshot)
      throw error
    }
    if (next.status === 'error') this.#keep(before, snapshot)
    else {
      if (taken && taken.length > 0) this.#life.moved({ states: activePaths(next), transitions: taken })
      if (next !== snapshot && !this.#isOver) this.#life.changed()
    }
    return next
  }

  admit(scope: Scope): void {
    this.#scope = scope
    setLife(scope.system, this)
  }

  #saved(snapshot: Running): SavedMachine {
    return {
      snapshot: this.#prepared.logic.getPersistedSnapshot(snapshot),
      timers: saveTimers(this.#actor),
    }
  }

  /** A transition that fails half-way destroys the state of children and timers: they are saved before each. */
  #before(snapshot: Running): SavedMachine | undefined {
    if (!this.#start.keepsLastGood) return undefined
    const isAlone = isEmpty(snapshot.children) && isEmpty(scheduledOf(this.#actor))
    return isAlone ? undefined : this.#savedIfPossible(snapshot)
  }

  #keep(before: SavedMachine | undefined, snapshot: Running): void {
    if (this.#start.keepsLastGood) this.#lastGood = before ?? this.#savedIfPossible(snapshot)
  }

  /** A state that can't be saved must not hide why a transition failed. */
  #savedIfPossible(snapshot: Running): SavedMachine | undefined {
    try {
      return this.#saved(snapshot)
    } catch {
      return undefined
    }
  }

  /** Notes which transitions the machine takes in the step that begins: for its next save, or while anybody wants to know. */
  #look(scope: Scope): readonly ChartTransition[] | undefined {
    if (!this.#life.hearsMoves && !this.#start.isPersisted) {
      this.#watch?.stop()
      this.#watch = undefined
      return undefined
    }
    this.#watch ??= watchMoves(scope.system, () => this.#actor, this.#life)
    return this.#watch.begin()
  }

  /** Children change without their parent. */
  #inspect({ type, actorRef }: InspectionEvent): void {
    if (type === '@xstate.snapshot' && actorRef !== this.#actor && !this.#isOver) this.#life.changed()
  }

  #subscribeToReplies(): void {
    this.#isAsked = true
    this.#actor.on('skein.reply', (event: unknown) => this.#life.owner.reply(event as Reply))
  }

  /** Plain XState leaves children running when an action throws, with no way to reach them afterwards. */
  #stopChildren(): void {
    const { children = {} } = this.#actor.getSnapshot() as Running
    for (const child of Object.values(children)) {
      try {
        this.#scope?.stopChild(child as AnyActor)
      } catch (error) {
        warn(error)
      }
    }
  }
}

function startActor(actor: AnyActor): void {
  actor.start()
}

function isEmpty(object: object = {}): boolean {
  for (const _ in object) return false
  return true
}
