import type { AnyStateNode, EventObject } from 'xstate'

import { matchesType } from '../messages/takes-type.ts'
import { guardMayReadEvent } from './may-read.ts'
import type { Guards } from './may-read.ts'

/** The part of a machine's snapshot that is used here. */
export interface MachineSnapshot {
  readonly value: unknown
  readonly machine: {
    readonly getTransitionData: (snapshot: MachineSnapshot, event: EventObject) => readonly unknown[] | undefined
  }
  readonly _nodes: readonly AnyStateNode[]
}

type Transition = NonNullable<ReturnType<AnyStateNode['transitions']['get']>>[number]

/** A state, with the part of it that XState keeps out of its types. */
interface Reader extends AnyStateNode {
  readonly next: (snapshot: MachineSnapshot, event: EventObject) => readonly unknown[] | undefined
}

/**
 * Tells whether a machine takes an event in its current state, and caches the
 * answers that never change: for types without guarded transitions, in states
 * that have a single name. Asking XState costs a tenth of the transition itself.
 *
 * A machine takes an event when a transition is selected, even one that does
 * nothing (`FOO: {}` says that the state ignores it), when everything that the
 * event could do there is nothing, or when it enables an `always`.
 */
export class TransitionTable {
  /** The types that some state names, as descriptors: `open`, `door.*`, `*`. */
  readonly types: readonly string[]
  /** Whether an `always` may read events of types that no state names. */
  readonly readsAny: boolean
  readonly #answers = new Map<string, Map<string, boolean>>()
  readonly #guarded: ReadonlySet<string>
  readonly #remembers: boolean
  /** Whether a transition that does nothing has a guard. */
  readonly #hasInertGuards: boolean
  /** Stand-ins for states whose `always` read events, each with those as its only transitions. */
  readonly #readers = new Map<AnyStateNode, Reader>()

  constructor(root: AnyStateNode, guards: Guards) {
    const nodes = [...withDescendants(root)]
    const entries = nodes.flatMap(({ transitions }) => [...transitions])
    const types = entries.map(([type]) => type)
    this.types = [...new Set(types)].filter((type) => !type.startsWith('xstate.') || type === 'xstate.route')
    this.#guarded = new Set(entries.filter(([, list]) => list.some(isGuarded)).map(([type]) => type))
    // A guarded wildcard may match any type.
    this.#remembers = [...this.#guarded].every((type) => !type.endsWith('*'))
    this.#hasInertGuards = entries.some(([, list]) => list.some((one) => isGuarded(one) && isInert(one)))
    for (const node of nodes) {
      const reading = node.always?.filter(({ guard }) => guardMayReadEvent(guard, guards)) ?? []
      if (reading.length === 0) continue
      // XState evaluates guards in `next`, for the transitions that the node has.
      const transitions = new Map([['*', reading]])
      this.#readers.set(node, Object.create(node, { transitions: { value: transitions } }) as Reader)
    }
    this.readsAny = this.#readers.size > 0
  }

  /** Throws what a guard throws. */
  canTake(snapshot: MachineSnapshot, event: EventObject): boolean {
    const { value } = snapshot
    const name = typeof value === 'string' ? value : isEmpty(value) ? '' : undefined
    if (!this.#remembers || name === undefined || this.#guarded.has(event.type)) return this.#ask(snapshot, event)
    const answers = this.#answersIn(name)
    let answer = answers.get(event.type)
    if (answer === undefined) {
      answer = isSelected(snapshot, event)
      // Types come from senders: types that no transition names must not fill the memory.
      if (answers.size < maxTypes) answers.set(event.type, answer)
    }
    return answer || this.#isRead(snapshot, event)
  }

  #ask(snapshot: MachineSnapshot, event: EventObject): boolean {
    return isSelected(snapshot, event) || this.#isRead(snapshot, event) || this.#isIgnored(snapshot, event)
  }

  /** Whether the event enables an `always`, which XState tries after each event. */
  #isRead(snapshot: MachineSnapshot, event: EventObject): boolean {
    if (!this.readsAny) return false
    const { _nodes: nodes } = snapshot
    return nodes.some((node) => this.#readers.get(node)?.next(snapshot, event) !== undefined)
  }

  /** Whether all that the event could do in this state is nothing, so that waiting for a guard is pointless. */
  #isIgnored({ _nodes: nodes }: MachineSnapshot, { type }: EventObject): boolean {
    if (!this.#hasInertGuards) return false
    const candidates = nodes.flatMap(({ transitions }) =>
      [...transitions].flatMap(([descriptor, list]) => (matchesType(descriptor, type) ? list : [])),
    )
    return candidates.length > 0 && candidates.every(isInert)
  }

  #answersIn(state: string): Map<string, boolean> {
    let answers = this.#answers.get(state)
    if (!answers) {
      answers = new Map()
      this.#answers.set(state, answers)
    }
    return answers
  }
}

const maxTypes = 1_000

/** `snapshot.can` would say no of a transition that does nothing, which XState selects all the same. */
function isSelected(snapshot: MachineSnapshot, event: EventObject): boolean {
  return (snapshot.machine.getTransitionData(snapshot, event)?.length ?? 0) > 0
}

function isGuarded({ guard }: Transition): boolean {
  return guard !== undefined
}

function isInert({ target, actions, reenter }: Transition): boolean {
  return target === undefined && actions.length === 0 && !reenter
}

function* withDescendants(node: AnyStateNode): Generator<AnyStateNode> {
  yield node
  for (const child of Object.values(node.states)) yield* withDescendants(child as AnyStateNode)
}

function isEmpty(value: unknown): boolean {
  for (const _ in value as object) return false
  return true
}
