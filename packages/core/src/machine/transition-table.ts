import type { AnyStateNode, EventObject } from 'xstate'

/** The part of a machine's snapshot that is used here. */
export interface MachineSnapshot {
  readonly value: unknown
  readonly can: (event: EventObject) => boolean
}

/**
 * Tells whether a machine can take an event in its current state, and caches the
 * answers that never change: for types without guarded transitions, in states
 * that have a single name. Asking XState costs a tenth of the transition itself.
 */
export class TransitionTable {
  readonly #answers = new Map<string, Map<string, boolean>>()
  readonly #guarded: ReadonlySet<string>
  readonly #remembers: boolean

  constructor(root: AnyStateNode) {
    this.#guarded = new Set(guardedTypes(root))
    // A guarded wildcard may match any type.
    this.#remembers = [...this.#guarded].every((type) => !type.endsWith('*'))
  }

  /** Throws what a guard throws. */
  canTake(snapshot: MachineSnapshot, event: EventObject): boolean {
    const { value } = snapshot
    const name = typeof value === 'string' ? value : isEmpty(value) ? '' : undefined
    if (!this.#remembers || name === undefined || this.#guarded.has(event.type)) return snapshot.can(event)
    const answers = this.#answersIn(name)
    let answer = answers.get(event.type)
    if (answer === undefined) {
      answer = snapshot.can(event)
      // Types come from senders: types that no transition names must not fill the memory.
      if (answers.size < maxTypes) answers.set(event.type, answer)
    }
    return answer
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

function* guardedTypes(node: AnyStateNode): Generator<string> {
  for (const [type, transitions] of node.transitions) if (transitions.some(({ guard }) => guard)) yield type
  for (const child of Object.values(node.states)) yield* guardedTypes(child as AnyStateNode)
}

function isEmpty(value: unknown): boolean {
  for (const _ in value as object) return false
  return true
}
