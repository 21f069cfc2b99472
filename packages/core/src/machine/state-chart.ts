import { machineOf, stateOf } from './state-slots.ts'
import type { Machine, StateNode } from './state-slots.ts'
import { chartTransition, invokeName } from './transition-words.ts'
import type { TransitionDefinition } from './transition-words.ts'
import type { ChartTransition } from '../owner/machine-move.ts'

/** A state of a machine, with those within it, as plain data. The outermost one is the machine itself. */
export interface ChartState {
  /** Its path, `a.b`; empty for the machine itself. */
  readonly path: string
  /** Its own name; of the machine itself, the machine's id. */
  readonly name: string
  readonly type: 'atomic' | 'compound' | 'parallel' | 'final' | 'history'
  /** Path of the state within it that it begins with. */
  readonly initial?: string
  /** The actors that run while the machine is in it, in words. */
  readonly invokes: readonly string[]
  readonly transitions: readonly ChartTransition[]
  readonly states: readonly ChartState[]
}

const charts = new WeakMap<Machine, ChartState>()

/** The chart of the machine that made a snapshot; `undefined` when none did. */
export function chartOfSnapshot(snapshot: unknown): ChartState | undefined {
  return chartOfLogic((snapshot as { readonly machine?: unknown } | null | undefined)?.machine)
}

/** The chart of logic that is a machine; `undefined` of other logic. */
export function chartOfLogic(logic: unknown): ChartState | undefined {
  const machine = machineOf(logic)
  return machine && chartOfMachine(machine)
}

function chartOfMachine(machine: Machine): ChartState {
  let chart = charts.get(machine)
  if (!chart) {
    chart = chartState(machine.root)
    charts.set(machine, chart)
  }
  return chart
}

function chartState(node: StateNode & Partial<Extra>): ChartState {
  const { type, key, invoke, transitions, always = [], states, initial } = node
  const first = type === 'compound' ? initial?.target?.[0] : undefined
  const own = [...transitions.values()].flat() as unknown as readonly TransitionDefinition[]
  return {
    path: stateOf(node),
    name: key,
    type,
    ...(first && { initial: stateOf(first) }),
    invokes: invoke.map(invokeName),
    transitions: [...own, ...always].map(chartTransition),
    states: Object.values(states).map(chartState),
  }
}

/** The parts of XState's state nodes that only charts read. */
interface Extra {
  readonly always: readonly TransitionDefinition[] | undefined
  readonly initial: { readonly target?: readonly StateNode[] | undefined } | undefined
}

/** The states that a snapshot is in, by path, the outermost first; none without a machine. */
export function activePaths(snapshot: unknown): readonly string[] {
  const { _nodes: nodes = [] } = snapshot as { readonly _nodes?: readonly StateNode[] }
  return nodes.map(stateOf).toSorted((a, b) => a.length - b.length)
}
