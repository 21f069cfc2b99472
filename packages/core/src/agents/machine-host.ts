import { createActor } from 'xstate'
import type { AnyActor, AnyActorLogic, AnyActorRef, EventObject, InspectionEvent, Snapshot } from 'xstate'

import type { Host, HostOwner, HostStart } from './host.ts'
import { saveTimers, startTimers, timeBy } from './machine-timers.ts'
import type { SavedTimer } from './machine-timers.ts'
import type { Message, Reply } from './message.ts'
import { setOwner } from './owner.ts'
import type { Owner } from './owner.ts'

/** How a machine stood. */
export interface SavedMachine {
  readonly snapshot: unknown
  readonly timers: readonly SavedTimer[]
}

type Logic = AnyActorLogic & { readonly events?: readonly string[] }
type Running = Snapshot<unknown> & {
  readonly children?: Readonly<Record<string, AnyActorRef>>
  readonly can?: (event: EventObject) => boolean
}
type Scope = Parameters<AnyActorLogic['transition']>[2]
interface WrappedLogic {
  readonly transition: (snapshot: Snapshot<unknown>, event: EventObject, scope: Scope) => Snapshot<unknown>
  readonly getInitialSnapshot: (scope: Scope, input: unknown) => Snapshot<unknown>
  readonly restoreSnapshot?: (saved: Snapshot<unknown>, scope: Scope) => Snapshot<unknown>
}

/**
 * Runs XState logic as a root actor of its own: all that Skein knows of how
 * XState works inside is in this file and in `machine-timers.ts`.
 *
 * The logic's transition is wrapped, so that whatever throws in it ends the
 * children that it leaves running, and is heard of before XState would throw
 * it at the process.
 */
export class MachineHost implements Host {
  readonly #logic: Logic
  readonly #owner: HostOwner & Owner
  readonly #start: HostStart
  readonly #actor: AnyActor
  #scope: Scope | undefined
  #lastGood: SavedMachine | undefined
  #isOver = false
  #hears = false

  constructor(logic: AnyActorLogic, owner: HostOwner & Owner, start: HostStart) {
    this.#logic = logic
    this.#owner = owner
    this.#start = start
    const saved = start.saved as SavedMachine | undefined
    this.#actor = createActor(this.#wrapped(), {
      id: owner.id,
      input: start.input,
      clock: owner.clock,
      ...(start.isKept && { inspect: (event: InspectionEvent) => this.#inspect(event) }),
      ...(saved && { snapshot: saved.snapshot as Snapshot<unknown> }),
    })
    if (start.keepsLastGood) timeBy(owner.clock, this.#actor)
  }

  get snapshot(): unknown {
    return this.#actor.getSnapshot()
  }

  get types(): readonly string[] | undefined {
    return this.#logic.events?.filter((type) => !type.startsWith('xstate.'))
  }

  get takesAll(): boolean {
    return this.#logic.events === undefined
  }

  canTake(message: Message): boolean {
    return (this.#actor.getSnapshot() as Running).can?.(message) ?? true
  }

  start(): void {
    // Without a listener for errors XState throws them at the process.
    this.#actor.subscribe({
      error: (error: unknown) => this.#fail(error),
      complete: () => this.#complete(),
    })
    this.#actor.start()
    const saved = this.#start.saved as SavedMachine | undefined
    if (saved && !this.#isOver) startTimers(this.#actor, saved.timers, this.#owner.clock)
  }

  take(message: Message): void {
    // Emitted replies are heard from the first question on: most agents are never asked.
    if (!this.#hears && 'ask' in message) this.#hear()
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

  #saved(snapshot: Running): SavedMachine {
    return {
      snapshot: this.#logic.getPersistedSnapshot(snapshot),
      timers: saveTimers(this.#actor),
    }
  }

  #wrapped(): AnyActorLogic {
    const { transition, getInitialSnapshot, restoreSnapshot } = this.#logic as WrappedLogic
    const wrapped = Object.create(this.#logic) as { -readonly [Name in keyof WrappedLogic]: WrappedLogic[Name] }
    // Children are made, and look for their owner, while the actor is.
    wrapped.getInitialSnapshot = (scope, input) => {
      this.#admit(scope)
      return getInitialSnapshot(scope, input)
    }
    wrapped.restoreSnapshot = (saved, scope) => {
      this.#admit(scope)
      return restoreSnapshot?.(saved, scope) ?? saved
    }
    wrapped.transition = (snapshot, event, scope) => {
      const before = this.#before(snapshot)
      let next: Snapshot<unknown>
      try {
        next = transition(snapshot, event, scope)
      } catch (error) {
        this.#keep(before, snapshot)
        throw error
      }
      if (next.status === 'error') this.#keep(before, snapshot)
      else if (next !== snapshot && !this.#isOver) this.#owner.changed()
      return next
    }
    return wrapped as unknown as AnyActorLogic
  }

  #admit(scope: Scope): void {
    this.#scope = scope
    setOwner(scope.system, this.#owner)
  }

  /** What children and timers are at is gone when a transition has failed half-way: it is saved before each. */
  #before(snapshot: Running): SavedMachine | undefined {
    if (!this.#start.keepsLastGood) return undefined
    const isAlone = isEmpty(snapshot.children) && isEmpty(this.#actor.system.getSnapshot()._scheduledEvents)
    return isAlone ? undefined : this.#saved(snapshot)
  }

  #keep(before: SavedMachine | undefined, snapshot: Running): void {
    if (this.#start.keepsLastGood) this.#lastGood = before ?? this.#saved(snapshot)
  }

  /** Children move on without their parent. */
  #inspect({ type, actorRef }: InspectionEvent): void {
    if (type === '@xstate.snapshot' && actorRef !== this.#actor && !this.#isOver) this.#owner.changed()
  }

  #hear(): void {
    this.#hears = true
    this.#actor.on('skein.reply', (event: unknown) => this.#owner.replied(event as Reply))
  }

  #fail(error: unknown): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#stopChildren()
    this.#owner.failed(error)
  }

  /** Plain XState leaves children running when an action throws, and nothing can reach them afterwards. */
  #stopChildren(): void {
    const { children = {} } = this.#actor.getSnapshot() as Running
    for (const child of Object.values(children)) this.#scope?.stopChild(child as AnyActor)
  }

  #complete(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#owner.ended((this.#actor.getSnapshot() as { readonly output?: unknown }).output)
  }
}

function isEmpty(object: object = {}): boolean {
  for (const _ in object) return false
  return true
}
