import { nameOfChild } from '../machine/child-machines.ts'
import type { SavedMove } from '../owner/machine-move.ts'
import type { SavedForm } from './saved-form.ts'

/** Where the machine of a saved agent is, and what it did last. */
export interface SavedPosition {
  /** The version of its definition. */
  readonly version: number
  /** Paths of the states that it is in, `a.b`, the outermost first; none of a machine that has ended without a move. */
  readonly states: readonly string[]
  /** Absent before its first event, and in states that earlier versions saved. */
  readonly move?: SavedMove
  /** The machines that it had invoked or spawned. */
  readonly children: readonly SavedChild[]
}

/** A machine that a saved one had invoked or spawned. */
export interface SavedChild {
  /** Its id within the machine that runs it. */
  readonly id: string
  /** The name of its source, or its id where that has none. */
  readonly name: string
  /** Paths of the states that it was in, the outermost first. */
  readonly states: readonly string[]
  readonly children: readonly SavedChild[]
}

/** What is read of a saved machine. */
interface SavedMachine {
  readonly value?: unknown
  readonly children?: Readonly<Record<string, { readonly snapshot?: SavedMachine; readonly src?: unknown }>>
}

/**
 * Reads where the machine of a saved agent is.
 *
 * @param state - As `view.agents` and records of agents hold it.
 * @returns `undefined` of an agent without a machine.
 */
export function savedPositionOf(state: unknown): SavedPosition | undefined {
  const { version = 0, saved, move } = (state ?? {}) as Partial<SavedForm>
  const { snapshot } = (saved ?? {}) as { readonly snapshot?: SavedMachine }
  if (snapshot?.value === undefined && !move) return undefined
  const states = snapshot?.value === undefined ? (move?.states ?? []) : pathsOf(snapshot.value)
  return { version, states, ...(move && { move }), children: childrenOf(snapshot) }
}

function childrenOf({ children = {} }: SavedMachine = {}): readonly SavedChild[] {
  return Object.entries(children).flatMap(([id, { snapshot, src }]) => {
    if (snapshot?.value === undefined) return []
    const name = nameOfChild(src) ?? id
    return [{ id, name, states: pathsOf(snapshot.value), children: childrenOf(snapshot) }]
  })
}

/** The id of the description of a definition, whose machine it holds as a `ChartState`. */
export function descriptionId(definition: string, version: number): string {
  return `${definition}@${version}`
}

/** The states that a state value names. */
function pathsOf(value: unknown): readonly string[] {
  const within = (part: unknown, above: string): readonly string[] => {
    if (typeof part === 'string') return [`${above}${part}`]
    return Object.entries((part ?? {}) as Readonly<Record<string, unknown>>).flatMap(([key, inner]) => [
      `${above}${key}`,
      ...within(inner, `${above}${key}.`),
    ])
  }
  return ['', ...within(value, '')].toSorted((a, b) => a.length - b.length)
}
