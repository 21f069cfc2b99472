import type { AnyStateMachine, AnyStateNode } from 'xstate'

import { mayRead } from './may-read.ts'

/** An action that XState has made: it computes what happens. Any other is code of the user's. */
interface BuiltIn {
  readonly type: string
  readonly resolve: unknown
  /** Of `assign`. */
  readonly assignment?: unknown
}

/**
 * Whether a machine runs code that may go on after the transition: actions of its
 * own, actors, or functions that may start either. Machines that only compute,
 * with `assign`, `emit` and the like, need no watch over what is thrown later.
 */
export function hasOwnCode({ root, implementations, config }: AnyStateMachine): boolean {
  const { context } = config
  if (typeof context === 'function' && mayRead(context, 'spawn')) return true
  const named = implementations.actions as Readonly<Record<string, unknown>>
  const isOwn = (action: unknown): boolean => {
    if (typeof action === 'string') return isOwn(named[action])
    if (typeof action === 'object' && action !== null) return isOwn(named[(action as { type: string }).type])
    if (typeof action !== 'function') return false
    const { type, resolve, assignment } = action as Partial<BuiltIn>
    if (resolve === undefined || type === 'xstate.spawnChild' || type === 'xstate.enqueueActions') return true
    const assigners = typeof assignment === 'object' ? Object.values(assignment ?? {}) : [assignment]
    return assigners.some((assigner) => typeof assigner === 'function' && mayRead(assigner, 'spawn'))
  }
  const ofNode = (node: AnyStateNode): boolean => {
    const transitions = [...node.transitions.values(), node.always ?? []].flat()
    const initial = node.type === 'compound' ? node.initial.actions : []
    const actions = [...node.entry, ...node.exit, ...initial, ...transitions.flatMap((one) => one.actions)]
    return (
      node.invoke.length > 0 ||
      actions.some(isOwn) ||
      Object.values(node.states).some((child) => ofNode(child as AnyStateNode))
    )
  }
  return ofNode(root)
}
