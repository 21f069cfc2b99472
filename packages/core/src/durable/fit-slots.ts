import type { Slot } from '../machine/state-slots.ts'
import type { Misfit } from './misfit.ts'
import { pairSlots } from './pair-slots.ts'
import type { NamedTimer, SavedLayout } from './saved-layout.ts'
import { isActive } from './saved-snapshot.ts'
import type { SavedChild, SavedSnapshot } from './saved-snapshot.ts'

/** What a saved machine waited for, and what it would wait for today. */
export interface SlotsToFit {
  /** What the saved machine waited for; `undefined` of forms that do not say. */
  readonly saved: SavedLayout['slots'] | undefined
  readonly present: readonly Slot[]
  readonly children: SavedSnapshot['children']
  /** The machine's delays that were running, with their places in the saved state. */
  readonly delays: readonly { readonly timer: NamedTimer; readonly path: string }[]
  /** A prefix of paths. */
  readonly path: string
}

/** Where everything that was waited for belongs today. */
export interface FittedSlots {
  /** The slots of invoked children, by their saved ids. */
  readonly invokes: ReadonlyMap<string, Slot>
  readonly delays: ReadonlyMap<NamedTimer, Slot>
  readonly misfits: readonly Misfit[]
}

/** A slot of the saved machine, with what was in it. */
interface Filled extends Slot {
  readonly path: string
  readonly child?: SavedChild
  readonly timer?: NamedTimer
}

/** Finds the place of each invoked child and each running delay in the machine of today. */
export function fitSlots({ saved, present, children, delays, path }: SlotsToFit): FittedSlots {
  const filled = [
    ...Object.entries(children).flatMap(([id, child]) => slotOfChild(id, child, saved, present, path) ?? []),
    ...delays.map(({ timer, path: place }) => slotOfDelay(timer, saved, present, place)),
  ]
  const isFilled = ({ kind, id }: Slot): boolean => filled.some((one) => one.kind === kind && one.id === id)
  // Those without a child, or whose delay is over, tell the others apart.
  const empty = (saved ?? []).filter((slot) => !isFilled(slot)).map((slot): Filled => ({ ...slot, path }))
  const { pairs, lost, gained } = pairSlots([...filled, ...empty], present)
  const missing = lost.filter(({ child, timer }) => child ?? timer)
  const invokes = new Map<string, Slot>()
  const running = new Map<NamedTimer, Slot>()
  for (const [one, slot] of pairs) {
    if (one.child) invokes.set(one.id, slot)
    if (one.timer) running.set(one.timer, slot)
  }
  const isNew = ({ kind, state }: Slot): boolean =>
    // Forms that don't say what was waited for don't tell what is new, either.
    saved !== undefined && !missing.some((one) => one.kind === kind && one.state === state)
  const misfits = [
    ...missing.map((one) => missed(one, gained)),
    ...gained.filter(isNew).map((slot) => neverBegun(slot, path)),
    ...[...pairs].flatMap(([one, slot]) => unheardEnds(one, slot)),
  ]
  return { invokes, delays: running, misfits }
}

/** The slot of a child; `undefined` for one that was spawned by an action. */
function slotOfChild(
  id: string,
  child: SavedChild,
  saved: readonly Slot[] | undefined,
  present: readonly Slot[],
  path: string,
): Filled | undefined {
  const name = child.src
  const own = { path: `${path}children["${id}"]`, child }
  const isSame = (slot: Slot): boolean => slot.kind === 'invoke' && slot.id === id
  const slot = saved?.find((one) => isSame(one) && one.name === name)
  if (slot) return { ...slot, ...own }
  const today = present.find(isSame)
  if (today?.name === name) return { ...today, ...own }
  const isInvoked = today !== undefined || saved?.some(isSame) || (!saved && /^\d+\./.test(id))
  return isInvoked ? { kind: 'invoke', state: today?.state ?? '?', id, name, ...own } : undefined
}

function slotOfDelay(
  timer: NamedTimer,
  saved: readonly Slot[] | undefined,
  present: readonly Slot[],
  path: string,
): Filled {
  const id = timer.event?.type ?? `${timer.delay} ${timer.state}`
  const today = [...(saved ?? []), ...present].find((slot) => slot.kind === 'delay' && slot.id === id)
  const { state = today?.state ?? '?', delay = today?.name ?? id } = timer
  return { kind: 'delay', state, id, name: String(delay), path, timer }
}

function missed({ kind, name, state, path }: Filled, gained: readonly Slot[]): Misfit {
  const same = gained.filter((slot) => slot.kind === kind)
  const others = same.filter((slot) => slot.state === state).map((slot) => `"${slot.name}"`)
  const verb = kind === 'invoke' ? 'invoke' : 'wait for the delay'
  const what = same.some((slot) => slot.name === name)
    ? `several states now have a "${name}", and it is not clear which of them this one is`
    : `${stateText(state)} does not ${verb} "${name}" any more${others.length > 0 ? `, but ${others.join(', ')}` : ''}`
  const part = kind === 'invoke' ? 'child' : 'timer'
  return { path, what, remedy: `Keep it as it was, or change or remove the ${part} in migrate.` }
}

function neverBegun({ kind, id, name, state }: Slot, path: string): Misfit {
  if (kind === 'invoke') {
    return {
      path: `${path}children["${id}"]`,
      what: `${stateText(state)} did not invoke "${name}" when it was saved, and would never begin to`,
      remedy: `Invoke it in a state of its own, or add the child in migrate: { src: "${name}", snapshot: { status: "active", input: … } }.`,
    }
  }
  return {
    path: 'timers',
    what: `${stateText(state)} did not wait for the delay "${name}" when it was saved, and would never begin to`,
    remedy: `Wait in a state of its own, or add the timer in migrate: { state: "${state}", delay: "${name}", dueAt: … }.`,
  }
}

/** An end of a child that was waited for, and would not be noticed today. */
function unheardEnds({ child, path, ...old }: Filled, slot: Slot): Misfit[] {
  if (!child || !isActive(child)) return []
  return (['done', 'error'] as const).flatMap((end) => {
    if (old[end] === undefined || slot[end] !== undefined) return []
    const what = `${stateText(slot.state)} does not take the ${end === 'done' ? 'output' : 'error'} of "${slot.name}" any more`
    return [{ path, what, remedy: `Keep ${end === 'done' ? 'onDone' : 'onError'}, or remove the child in migrate.` }]
  })
}

function stateText(state: string): string {
  return state === '' ? 'the machine' : state === '?' ? 'no state that it is in' : `the state "${state}"`
}
