import type { AnyStateNode } from 'xstate'

import { NotDurableError } from './durable-errors.ts'

/**
 * Rejects a machine that could not be restored: XState saves an invoked actor by
 * the name of its source, and silently loses one without a name.
 *
 * @throws NotDurableError
 */
export function requireDurable(definition: string, logic: unknown): void {
  const { root } = logic as { readonly root?: AnyStateNode }
  if (root) requireNode(definition, root, (logic as Machine).implementations.actors)
}

interface Machine {
  readonly implementations: { readonly actors: Readonly<Record<string, unknown>> }
}

function requireNode(definition: string, node: AnyStateNode, actors: Machine['implementations']['actors']): void {
  const where = node.path.length === 0 ? 'The machine' : `The state "${node.path.join('.')}"`
  const { invoke } = node.config as { readonly invoke?: unknown }
  for (const { src } of [invoke ?? []].flat() as { src?: unknown }[]) requireSource(definition, where, src, actors)
  const transitions = [...node.transitions.values()].flat()
  for (const action of [...node.entry, ...node.exit, ...transitions.flatMap(({ actions }) => actions)]) {
    const { type, src } = action as { readonly type?: unknown; readonly src?: unknown }
    if (type === 'xstate.spawnChild') requireSource(definition, where, src, actors)
  }
  for (const child of Object.values(node.states)) requireNode(definition, child, actors)
}

function requireSource(
  definition: string,
  where: string,
  src: unknown,
  actors: Machine['implementations']['actors'],
): void {
  if (typeof src !== 'string') {
    throw new NotDurableError(
      definition,
      `${where} starts an actor that has no name, so it could not be restored. Name it in setup({ actors: { … } }) and write src: 'thatName'.`,
    )
  }
  if (actors[src] === undefined) {
    throw new NotDurableError(
      definition,
      `${where} starts "${src}", which is missing in setup({ actors: { … } }). Add it there.`,
    )
  }
}
