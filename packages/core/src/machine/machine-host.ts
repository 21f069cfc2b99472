import { createActor } from 'xstate'
import type { AnyActor, AnyActorLogic, AnyActorRef, AnyStateMachine, EventObject, InspectionEvent, Snapshot } from 'xstate'

import { setLife } from '../owner/owner.ts'
import type { Host, HostLife, HostStart } from './host.ts'
import { saveTimers, scheduledOf, startTimers, timeBy } from './machine-timers.ts'
import type { SavedTimer } from './machine-timers.ts'
import type { Message, Reply } from '../messages/message.ts'
import { TransitionTable } from './transition-table.ts'
import type { MachineSnapshot } from './transition-table.ts'

/** The saved state of a machine. */
export interface SavedMachine {
  readonly snapshot: unknown
  readonly timers: readonly SavedTimer[]
}

/** XState logic prepared for hosts: what all hosts of the same logic share. */
export interface PreparedLogic {
  readonly logic: AnyActorLogic
  /** The logic with its transition wrapped. */
  readonly wrapped: AnyActorLogic
  /** Only of a machine. */
  readonly table: TransitionTable | undefined
}

type Running = Snapshot<unknown> & {
  readonly children?: Readonly<Record<string, AnyActorRef>>
}
type Scope = Parameters<AnyActorLogic['transition']>[2]
interface LogicParts {
  readonly transition: (snapshot: Snapshot<unknown>, event: EventObject, scope: Scope) => Snapshot<unknown>
  readonly getInitialSnapshot: (scope: Scope, input: unknown) => Snapshot<unknown>
  readonly restoreSnapshot?: (saved: Snapshot<unknown>, scope: Scope) => Snapshot<unknown>
}
interface Hosted {
  [hostKey]?: MachineHost
}

const hostKey = Symbol('skein.host')
/** The host whose actor is being created: the actor takes its first steps before `createActor` returns it. */
let making: MachineHost | undefined

/**
 * Runs XState logic as a root actor of its own. Everything that Skein assumes about
 * the internals of XState is in this file, `machine-timers.ts` and `transition-table.ts`.
 *
 * The logic is wrapped, so that an error in a transition stops the children that
 * XState would leave running, and reaches the agent before XState would throw it
 * as an uncaught error of the process.
 */
export class MachineHost implements Host {
  readonly #prepared: PreparedLogic
  readonly #life: HostLife
  readonly #start: HostStart
  readonly #actor: AnyActor
  #scope: Scope | undefined
  #lastGood: SavedMachine | undefined
  #isOver = false
  #isAsked = false

  constructor(prepared: PreparedLogic, life: HostLife, start: HostStart) {
    this.#prepared = prepared
    this.#life = life
    this.#start = start
    const saved = start.saved as SavedMachine | undefined
    const { id, clock } = life.owner
    this.#actor = makeFor(this, () =>
      createActor(prepared.wrapped, {
        id,
        input: start.input,
        clock,
        ...(start.isPersisted && { inspect: (event: InspectionEvent) => this.#inspect(event) }),
        ...(saved && { snapshot: saved.snapshot as Snapshot<unknown> }),
      }),
    )
    if (start.keepsLastGood) timeBy(clock, this.#actor)
  }

  /** Wraps logic for all hosts that will run it. */
  static prepare(logic: AnyActorLogic): PreparedLogic {
    const { transition, getInitialSnapshot, restoreSnapshot } = logic as LogicParts
    const parts: LogicParts = {
      transition: (snapshot, event, scope) => {
        const host = (scope.system as Hosted)[hostKey]
        return host ? host.#step(transition, snapshot, event, scope) : transition(snapshot, event, scope)
      },
      getInitialSnapshot: (scope, input) => {
        if (making) making.#admit(scope)
        return getInitialSnapshot(scope, input)
      },
      restoreSnapshot: (saved, scope) => {
        if (making) making.#admit(scope)
        return restoreSnapshot?.(saved, scope) ?? saved
      },
    }
    const { root, implementations } = logic as Partial<AnyStateMachine>
    return {
      logic,
      // XState's type of logic has no name for "the same with other functions".
      wrapped: Object.assign(Object.create(logic) as object, parts) as unknown as AnyActorLogic,
      table: root && new TransitionTable(root, implementations?.guards ?? {}),
    }
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
    this.#actor.subscribe(this)
    this.#actor.start()
    const saved = this.#start.saved as SavedMachine | undefined
    if (saved && !this.#isOver) startTimers(this.#actor, saved.timers, this.#life.owner.clock)
  }

  take(message: Message): void {
    // Subscribed to with the first question only: most agents are never asked.
    if (!this.#isAsked && 'ask' in message) this.#subscribeToReplies()
    this.#actor.send(message)
  }

  stop(): void {
    this.#isOver = true
    this.#actor.stop()
  }

  save(): SavedMachine {
    return this.#saved(this.#actor.getSnapshot() as Running)
  }

  get lastGood(): unknown {
    return this.#lastGood
  }

  /** Called by XState when the actor has failed. */
  error(error: unknown): void {
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

  #step(transition: LogicParts['transition'], snapshot: Running, event: EventObject, scope: Scope): Snapshot<unknown> {
    const before = this.#before(snapshot)
    let next: Snapshot<unknown>
    try {
      next = transition(snapshot, event, scope)
    } catch (error) {
      this.#keep(before, snapshot)
      throw error
    }
    if (next.status === 'error') this.#keep(before, snapshot)
    else if (next !== snapshot && !this.#isOver) this.#life.changed()
    return next
  }

  #admit(scope: Scope): void {
    this.#scope = scope
    ;(scope.system as Hosted)[hostKey] = this
    setLife(scope.system, this.#life)
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
    return isAlone ? undefined : this.#saved(snapshot)
  }

  #keep(before: SavedMachine | undefined, snapshot: Running): void {
    if (this.#start.keepsLastGood) this.#lastGood = before ?? this.#saved(snapshot)
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
    for (const child of Object.values(children)) this.#scope?.stopChild(child as AnyActor)
  }
}

/** Creates the actor of a host. Actors that it spawns meanwhile may create other hosts. */
function makeFor(host: MachineHost, make: () => AnyActor): AnyActor {
  const outer = making
  making = host
  try {
    return make()
  } finally {
    making = outer
  }
}

function isEmpty(object: object = {}): boolean {
  for (const _ in object) return false
  return true
}
