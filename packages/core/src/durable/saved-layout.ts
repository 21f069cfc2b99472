import { activeStates } from '../machine/active-states.ts'
import type { SavedTimer } from '../machine/machine-timers.ts'
import type { SavedMachine } from '../machine/machine-host.ts'
import { logicOf, machineOf, slotsOf } from '../machine/state-slots.ts'
import type { Slot } from '../machine/state-slots.ts'
import { takesType } from '../messages/takes-type.ts'
import { isSnapshot, isOfMachine } from './saved-snapshot.ts'
import type { SavedSnapshot } from './saved-snapshot.ts'

/**
 * What a saved machine waited for, by the names of its definition. Saved beside the machine's snapshot, which knows
 * only XState's ids: those change with every invoke, delay or state that a later version adds.
 */
export interface SavedLayout {
  /** The machine's id: the ids of its states begin with it. */
  readonly machine: string
  readonly slots?: readonly Slot[]
  /** Of the children that are machines, by id. */
  readonly children?: Readonly<Record<string, SavedLayout>>
}

/** A timer with the names that a later version can look it up by. */
export interface NamedTimer extends SavedTimer {
  /** Of an `after`: path of the state. */
  readonly state?: string
  /** Of an `after`: the delay, as it is named there. */
  readonly delay?: string | number
  /** Of a delayed event that no state took when it was saved. */
  readonly isUnheard?: boolean
}

/** What a saved machine waits for; `undefined` for other logic. */
export function layoutOf(logic: unknown, snapshot: unknown): SavedLayout | undefined {
  const machine = machineOf(logic)
  if (!machine || !isSnapshot(snapshot) || !isOfMachine(snapshot)) return undefined
  const { value, children: saved } = snapshot
  const slots = slotsOf(activeStates(machine.root, value).nodes)
  const children = Object.entries(saved).flatMap(([id, child]): [string, SavedLayout][] => {
    const layout = layoutOf(logicOf(machine, child.src), child.snapshot)
    return layout ? [[id, layout]] : []
  })
  return {
    machine: machine.id,
    ...(slots.length > 0 && { slots }),
    ...(children.length > 0 && { children: Object.fromEntries(children) }),
  }
}

/** The timers of a saved machine with their names. */
export function namedTimers(logic: unknown, { snapshot, timers }: SavedMachine, layout: SavedLayout): NamedTimer[] {
  return timers.map((timer): NamedTimer => {
    const own = timer.source.reduce<SavedLayout | undefined>((at, id) => at?.children?.[id], layout)
    const slot = own?.slots?.find(({ kind, id }) => kind === 'delay' && id === timer.event.type)
    if (slot) return { ...timer, state: slot.state, delay: slot.name }
    return takesEvent(logicAt(logic, snapshot, timer.target), timer.event.type) ? timer : { ...timer, isUnheard: true }
  })
}

/** Whether logic takes an event in some state; other logic than machines takes all. */
export function takesEvent(logic: unknown, type: string): boolean {
  const machine = machineOf(logic)
  return !machine || takesType(machine.events, type)
}

function logicAt(logic: unknown, snapshot: unknown, [id, ...rest]: readonly string[]): unknown {
  const machine = machineOf(logic)
  if (id === undefined || !machine) return logic
  const child = (snapshot as SavedSnapshot).children[id]
  return child && logicAt(logicOf(machine, child.src), child.snapshot, rest)
}
