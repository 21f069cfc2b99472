import { stateOf } from './state-slots.ts'
import type { StateNode } from './state-slots.ts'

/** Why a saved state value is none of a machine's: at which state, and what is wrong with it. */
export interface ValueProblem {
  readonly state: string
  readonly what: string
}

/** The states that a saved state value names, from the root down, and what is wrong with the value. */
export interface ActiveStates {
  readonly nodes: readonly StateNode[]
  readonly problems: readonly ValueProblem[]
}

/**
 * Finds the states that a machine is in by a saved state value.
 *
 * XState takes more than it should: it throws where a state is missing, but enters states of which the value says
 * nothing without starting what they invoke, and ignores what lies below a state that has no states any longer.
 */
export function activeStates(root: StateNode, value: unknown): ActiveStates {
  const nodes: StateNode[] = []
  const problems: ValueProblem[] = []
  enter(root, value, nodes, problems)
  return { nodes, problems }
}

function enter(node: StateNode, value: unknown, nodes: StateNode[], problems: ValueProblem[]): void {
  nodes.push(node)
  const inner: Readonly<Record<string, unknown>> | undefined =
    typeof value === 'string' ? { [value]: undefined } : isRecord(value) ? value : value === undefined ? {} : undefined
  const fail = (what: string, state = stateOf(node)): void => void problems.push({ state, what })
  if (!inner) return fail('has no value that a state can have')
  const keys = Object.keys(inner)
  if (node.type === 'atomic' || node.type === 'final') {
    if (keys.length > 0) fail(`has no states any more; it was in ${quoted(keys)}`)
    return
  }
  if (node.type === 'compound' && keys.length !== 1) {
    return fail(
      keys.length === 0 ? 'now has states of its own, and none is saved' : `can't be in ${quoted(keys)} at once`,
    )
  }
  for (const key of keys) {
    const child = node.states[key]
    if (child && child.type !== 'history') enter(child, inner[key], nodes, problems)
    else fail('is missing', stateOf({ path: [...node.path, key] }))
  }
  if (node.type !== 'parallel') return
  for (const { key, path, type } of Object.values(node.states)) {
    if (type !== 'history' && !Object.hasOwn(inner, key)) fail('is new: it was not entered', stateOf({ path }))
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ')
}
