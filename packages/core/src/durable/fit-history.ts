import { stateOf } from '../machine/state-slots.ts'
import type { Machine, StateNode } from '../machine/state-slots.ts'
import type { Misfit } from './misfit.ts'
import type { SavedSnapshot } from './saved-snapshot.ts'

type History = NonNullable<SavedSnapshot['historyValue']>

/**
 * Looks up what a saved machine's history states remember. XState forgets, with a warning, what it can't find.
 *
 * @param savedId - The id that the machine had, with which the ids of its states began.
 * @param onMisfit - Called with each memory that could be meant for something that is not there.
 */
export function fitHistory(
  history: History,
  machine: Machine,
  savedId: string | undefined,
  onMisfit: (misfit: Misfit) => void,
): History {
  const find = (id: string): StateNode | undefined => {
    const { idMap } = machine
    const moved = savedId !== undefined && id.startsWith(`${savedId}.`) && `${machine.id}${id.slice(savedId.length)}`
    return idMap.get(id) ?? (moved ? idMap.get(moved) : undefined)
  }
  const remembered = Object.entries(history).flatMap(([id, items]): [string, { readonly id: string }[]][] => {
    const path = `historyValue["${id}"]`
    const own = find(id)
    const node = own?.type === 'history' ? own : onlyHistoryBeside(id, find)
    if (node === 'none') return []
    if (!node) {
      onMisfit({
        path,
        what: `the history state "${id}" is missing`,
        remedy: 'Keep its name, or rename it in migrate.',
      })
      return []
    }
    const states = items.flatMap((item) => find(item.id) ?? { missing: item.id })
    for (const state of states) {
      const isThere = 'path' in state && isWithin(state, node.parent)
      const name = 'path' in state ? stateOf(state) : state.missing
      if (!isThere) {
        const what = `the history state "${stateOf(node)}" remembers "${name}", which is missing`
        onMisfit({ path, what, remedy: 'Keep that state, or name another one in migrate.' })
      }
    }
    return [[node.id, states.flatMap((state) => ('path' in state ? { id: state.id } : []))]]
  })
  return Object.fromEntries(remembered)
}

/** A history state that was renamed; `none` where there is none any longer, so that nobody misses what it remembered. */
function onlyHistoryBeside(id: string, find: (id: string) => StateNode | undefined): StateNode | 'none' | undefined {
  const parent = find(id.slice(0, id.lastIndexOf('.')))
  const beside = Object.values(parent?.states ?? {}).filter(({ type }) => type === 'history')
  if (beside.length === 0) return 'none'
  return beside.length === 1 ? beside[0] : undefined
}

function isWithin(node: StateNode, ancestor: StateNode | undefined): boolean {
  for (let at = node.parent; at; at = at.parent) if (at === ancestor) return true
  return false
}
