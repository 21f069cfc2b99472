import type { AnyActorLogic } from 'xstate'

/** The parts of XState's state nodes that are read here, which all versions of XState 5 have. */
export interface StateNode {
  readonly id: string
  readonly key: string
  readonly path: readonly string[]
  readonly type: 'atomic' | 'compound' | 'parallel' | 'final' | 'history'
  readonly states: Readonly<Record<string, StateNode>>
  readonly parent?: StateNode | undefined
  readonly machine: Machine
  readonly invoke: readonly { readonly id: string; readonly src: unknown; readonly systemId?: string }[]
  readonly after: readonly { readonly eventType: string; readonly delay?: unknown }[]
  readonly transitions: ReadonlyMap<string, readonly { readonly target?: readonly StateNode[] | undefined }[]>
  readonly config: { readonly invoke?: unknown }
}

/** The parts of XState's machines that are read here. */
export interface Machine {
  readonly id: string
  readonly root: StateNode
  readonly events: readonly string[]
  readonly idMap: ReadonlyMap<string, StateNode>
  readonly implementations: { readonly actors: Readonly<Record<string, AnyActorLogic | undefined>> }
}

/**
 * Something that a machine in a state waits for: an actor that the state invokes, or a delay (`after`). XState numbers
 * both by their place in the machine; a slot tells them by the names that the machine's author gave.
 */
export interface Slot {
  readonly kind: 'invoke' | 'delay'
  /** Path of the state, `a.b`; empty for the machine itself. */
  readonly state: string
  /** The source of the actor, or the delay. */
  readonly name: string
  /** XState's id of the actor, or the type of the delayed event. */
  readonly id: string
  /** Whether the machine names the actor's id itself. */
  readonly isNamed?: boolean
  readonly systemId?: string
  /** The states that its output and its error lead to; absent where the state takes none. */
  readonly done?: string
  readonly error?: string
}

/** The machine that some logic is; `undefined` for other logic. */
export function machineOf(logic: unknown): Machine | undefined {
  const { root } = (logic ?? {}) as { readonly root?: StateNode }
  return root && (logic as Machine)
}

/** The logic that a machine runs under the name of a source, as XState resolves it. */
export function logicOf({ implementations, idMap }: Machine, src: string): AnyActorLogic | undefined {
  const [, index, nodeId] = /^xstate\.invoke\.(\d+)\.(.*)/.exec(src) ?? []
  if (nodeId === undefined) return implementations.actors[src]
  const invokes = [idMap.get(nodeId)?.config.invoke ?? []].flat() as readonly { readonly src?: AnyActorLogic }[]
  return invokes[Number(index)]?.src
}

/** Everything that the machine waits for in these states. */
export function slotsOf(nodes: Iterable<StateNode>): Slot[] {
  return [...nodes].flatMap((node) => [...invokesOf(node), ...delaysOf(node)])
}

function invokesOf({ invoke, transitions, ...node }: StateNode): Slot[] {
  const state = stateOf(node)
  const configs = [node.config.invoke ?? []].flat() as readonly { readonly id?: string }[]
  return invoke.map(({ id, src, systemId }, index): Slot => {
    const [done, error] = ['done', 'error'].map((end) => targetsOf(transitions.get(`xstate.${end}.actor.${id}`)))
    return {
      kind: 'invoke',
      state,
      name: String(src),
      id,
      ...(configs[index]?.id !== undefined && { isNamed: true }),
      ...(systemId !== undefined && { systemId }),
      ...(done !== undefined && { done }),
      ...(error !== undefined && { error }),
    }
  })
}

function delaysOf({ after, path }: StateNode): Slot[] {
  // One delay may have many guarded transitions, which share its event.
  const byEvent = new Map(after.map(({ eventType, delay }) => [eventType, String(delay)]))
  return [...byEvent].map(([id, name]) => ({ kind: 'delay', state: stateOf({ path }), name, id }))
}

function targetsOf(transitions: readonly { readonly target?: readonly StateNode[] | undefined }[] | undefined) {
  return transitions?.map(({ target = [] }) => target.map(stateOf).join('+')).join(',')
}

/** The path of a state as people write it. */
export function stateOf({ path }: Pick<StateNode, 'path'>): string {
  return path.join('.')
}
