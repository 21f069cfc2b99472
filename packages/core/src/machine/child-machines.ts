import { activePaths, chartOfSnapshot } from './state-chart.ts'
import type { ChartState } from './state-chart.ts'

/** A machine that another one has invoked or spawned, as it is now. */
export interface ChildMachine {
  /** Its id within the machine that runs it. */
  readonly id: string
  /** What its author calls it: the name of its source, or its id as a machine. */
  readonly name: string
  readonly chart: ChartState
  /** Paths of the states that it is in, the outermost first. */
  readonly states: readonly string[]
  readonly status: 'active' | 'done' | 'error' | 'stopped'
  /** The machines that it runs itself. */
  readonly children: readonly ChildMachine[]
}

/** What is read of an actor's snapshot. */
interface Parent {
  readonly children?: Readonly<Record<string, Child | undefined>>
}

interface Child {
  readonly id: string
  readonly src: unknown
  getSnapshot(): unknown
}

/** The machines that the machine of a snapshot runs, in the order in which it began them; other actors have no states. */
export function childMachines(snapshot: unknown): readonly ChildMachine[] {
  const { children = {} } = (snapshot ?? {}) as Parent
  return Object.values(children).flatMap((child) => {
    const own = child?.getSnapshot() as { readonly status: ChildMachine['status'] } | undefined
    const chart = chartOfSnapshot(own)
    if (!child || !own || !chart) return []
    const { id, src } = child
    const name = nameOfChild(src) ?? chart.name
    return [{ id, name, chart, states: activePaths(own), status: own.status, children: childMachines(own) }]
  })
}

/** The name of a child's source; `undefined` where the machine holds the logic itself. */
export function nameOfChild(src: unknown): string | undefined {
  return typeof src === 'string' && !src.startsWith('xstate.') ? src : undefined
}
