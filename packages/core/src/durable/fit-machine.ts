import { activeStates } from '../machine/active-states.ts'
import type { SavedMachine } from '../machine/machine-host.ts'
import type { SavedTimer } from '../machine/machine-timers.ts'
import { logicOf, machineOf, slotsOf } from '../machine/state-slots.ts'
import type { Machine, Slot } from '../machine/state-slots.ts'
import { fitHistory } from './fit-history.ts'
import { fitSlots } from './fit-slots.ts'
import type { Misfit } from './misfit.ts'
import { takesEvent } from './saved-layout.ts'
import type { NamedTimer, SavedLayout } from './saved-layout.ts'
import { isOfMachine, isSnapshot, withRenamedRefs } from './saved-snapshot.ts'
import type { SavedChild, SavedSnapshot } from './saved-snapshot.ts'

/** One machine of a saved agent: the agent's own, or that of a child. */
interface Level {
  readonly logic: unknown
  readonly snapshot: unknown
  readonly layout: SavedLayout | undefined
  /** Where it is in the saved state: a prefix of paths. */
  readonly path: string
  /** Ids of the children on the way to it, as saved. */
  readonly from: readonly string[]
  /** The same ids of today. */
  readonly to: readonly string[]
}

/**
 * Compares a saved machine with the machine that is to continue it, and gives everything that XState names otherwise
 * today its present id: children, delays, references to children, memories of history states. Whatever it finds no
 * place for is a misfit.
 */
export class MachineFit {
  readonly misfits: Misfit[] = []
  /** The saved machine with its present ids; it can be restored if there are no misfits. */
  readonly saved: SavedMachine
  readonly #timers: readonly NamedTimer[]
  readonly #fitted: SavedTimer[] = []
  readonly #levels = new Map<string, Pick<Level, 'logic' | 'to'>>()

  /** @param layout - What the saved machine waited for; forms of earlier versions don't say. */
  constructor(logic: unknown, snapshot: unknown, timers: readonly NamedTimer[], layout: SavedLayout | undefined) {
    this.#timers = timers
    const fitted = this.#fit({ logic, snapshot, layout, path: '', from: [], to: [] })
    // Events may go to any machine, so all have to be known.
    for (const [index, timer] of timers.entries()) if (!isDelay(timer)) this.#fitEvent(timer, `timers[${index}]`)
    this.saved = { snapshot: fitted, timers: this.#fitted }
  }

  #fit(level: Level): unknown {
    const { logic, snapshot, path, from, to } = level
    this.#levels.set(keyOf(from), { logic, to })
    const machine = machineOf(logic)
    const at = path === '' ? 'the state' : path.slice(0, -1)
    if (!isSnapshot(snapshot)) {
      return this.#miss(at, 'that is not a snapshot of XState', 'Return the whole snapshot from migrate.')
    }
    if (isOfMachine(snapshot) !== (machine !== undefined)) {
      const what = machine ? 'it was not a machine, and is one now' : 'it was a machine, and is not one now'
      return this.#miss(at, what, 'Give the new logic another name, and keep the old one for agents that have it.')
    }
    // It is of a machine, as its logic is.
    return machine ? this.#fitStates(level, machine, snapshot as unknown as SavedSnapshot) : snapshot
  }

  #fitStates(level: Level, machine: Machine, snapshot: SavedSnapshot): unknown {
    const { layout, path } = level
    const { value, context, historyValue = {}, children } = snapshot
    if (typeof context !== 'object' || context === null) {
      this.#miss(`${path}context`, 'there is none', 'Return the context from migrate, too.')
    }
    const { nodes, problems } = activeStates(machine.root, value)
    for (const { state, what } of problems) {
      const remedy = 'Keep the states as they were, or return a value of the current machine from migrate.'
      this.#miss(`${path}value`, `${state === '' ? 'the machine' : `the state "${state}"`} ${what}`, remedy)
    }
    const history = fitHistory(historyValue, machine, layout?.machine, (misfit) =>
      this.misfits.push({ ...misfit, path: `${path}${misfit.path}` }),
    )
    // What should be waited for in a state that is missing, nobody knows.
    if (problems.length > 0) return snapshot
    const invokes = this.#fitSlots(level, children, slotsOf(nodes))
    const fitted = Object.entries(children).map(([id, child]): [string, SavedChild] => {
      return [invokes.get(id)?.id ?? id, this.#fitChild(level, machine, id, child, invokes.get(id))]
    })
    if (new Set(fitted.map(([id]) => id)).size < fitted.length) {
      this.#miss(
        `${path}children`,
        'two of them would have the same id',
        'Name the ids: invoke: { id: "…", src: "…" }.',
      )
    }
    const renamed = new Map([...invokes].map(([id, slot]) => [id, slot.id]))
    const isRenamed = [...renamed].some(([id, present]) => id !== present)
    return {
      ...snapshot,
      historyValue: history,
      children: Object.fromEntries(fitted),
      context: isRenamed ? withRenamedRefs(context, renamed) : context,
    }
  }

  #fitChild(level: Level, machine: Machine, id: string, child: SavedChild, slot: Slot | undefined): SavedChild {
    const path = `${level.path}children["${id}"]`
    const logic = logicOf(machine, child.src)
    if (!logic) {
      const what = `its source "${child.src}" is missing in setup({ actors: { … } })`
      this.#miss(path, what, 'Add it there, or change src in migrate.')
      return child
    }
    const snapshot = this.#fit({
      logic,
      snapshot: child.snapshot,
      layout: level.layout?.children?.[id],
      path: `${path}.snapshot.`,
      from: [...level.from, id],
      to: [...level.to, slot?.id ?? id],
    })
    return { ...child, ...(slot && { systemId: slot.systemId }), snapshot }
  }

  #fitSlots(level: Level, children: SavedSnapshot['children'], present: readonly Slot[]): ReadonlyMap<string, Slot> {
    const { layout, from, to, path } = level
    const delays = this.#timers.flatMap((timer, index) => {
      const isOwn = isDelay(timer) && keyOf(timer.source ?? []) === keyOf(from)
      return isOwn ? [{ timer, path: `timers[${index}]` }] : []
    })
    const saved = layout && (layout.slots ?? [])
    const fitted = fitSlots({ saved, present, children, delays, path })
    this.misfits.push(...fitted.misfits)
    for (const [{ dueAt }, { id }] of fitted.delays) {
      this.#fitted.push({ source: to, target: to, event: { type: id }, id, dueAt })
    }
    return fitted.invokes
  }

  /** An event that was sent with a delay, by an action. */
  #fitEvent({ source, target, event, id, dueAt, isUnheard }: NamedTimer, path: string): void {
    const [from, to] = [this.#levels.get(keyOf(source)), this.#levels.get(keyOf(target))]
    if (!from || !to) {
      const what = `the actor that sends or takes "${event.type}" is missing`
      this.#miss(path, what, 'Keep it, or leave the timer out in migrate.')
    } else if (!isUnheard && !takesEvent(to.logic, event.type)) {
      const what = `"${event.type}" is due, but no state takes it any more`
      this.#miss(path, what, 'Keep taking it, or change the event of the timer in migrate.')
    } else this.#fitted.push({ source: from.to, target: to.to, event, id, dueAt })
  }

  #miss(path: string, what: string, remedy: string): void {
    this.misfits.push({ path, what, remedy })
  }
}

/** Whether a timer is that of an `after`. */
function isDelay({ delay, event }: NamedTimer): boolean {
  return delay !== undefined || event.type.startsWith('xstate.after.')
}

function keyOf(ids: readonly string[]): string {
  return JSON.stringify(ids)
}
