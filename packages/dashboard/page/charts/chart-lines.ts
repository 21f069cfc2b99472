import type { ChartState, ChartTransition } from '../../src/protocol/protocol.ts'
import { cut } from '../ui/plain.ts'

/** A transition in words, as it stands beside an arrow or in a state. */
export interface TransitionLine {
  readonly text: string
  readonly transition: ChartTransition
}

/** An arrow between two states of the same parent. */
export interface Arrow {
  readonly from: string
  readonly to: string
  readonly lines: readonly TransitionLine[]
}

/** A chart, sorted by where its parts are drawn. */
export interface ChartLines {
  /** The arrows between the children of a state, by its path. */
  readonly arrows: ReadonlyMap<string, readonly Arrow[]>
  /** Transitions that are written into a state, by its path: those that stay in it, or lead from it into itself. */
  readonly inner: ReadonlyMap<string, readonly TransitionLine[]>
}

const maxWords = 44

/**
 * Sorts the transitions of a chart. An arrow leads between two states of one parent. Where the transition begins or ends
 * deeper within them, its words say where.
 */
export function linesOf(root: ChartState): ChartLines {
  const chains = new Map<string, readonly ChartState[]>()
  const collect = (state: ChartState, above: readonly ChartState[]): void => {
    chains.set(state.path, [...above, state])
    for (const child of state.states) collect(child, [...above, state])
  }
  collect(root, [])
  const arrows = new Map<string, Map<string, { from: string; to: string; lines: TransitionLine[] }>>()
  const inner = new Map<string, TransitionLine[]>()
  for (const chain of chains.values()) {
    const state = chain.at(-1) as ChartState
    for (const transition of state.transitions) {
      const targets = transition.targets.flatMap((path) => chains.get(path) ?? []).length > 0 ? transition.targets : []
      const ends = targets.length === 0 ? [undefined] : [...targets]
      for (const target of ends) {
        const to = target === undefined ? undefined : chains.get(target)
        const between = to && meet(chain, to)
        if (!between) {
          const leads = to ? ` → ${nameOf(to)}` : ''
          push(inner, state.path, { text: wordsOf(transition, '', leads), transition })
          continue
        }
        const { parent, from, into } = between
        const start = from === state ? '' : `${state.name} · `
        const end = into === to.at(-1) ? '' : ` → ${nameOf(to)}`
        const group = arrows.get(parent.path) ?? new Map<string, never>()
        arrows.set(parent.path, group)
        const key = JSON.stringify([from.path, into.path])
        const arrow = group.get(key) ?? { from: from.path, to: into.path, lines: [] }
        group.set(key, arrow)
        arrow.lines.push({ text: wordsOf(transition, start, end), transition })
      }
    }
  }
  return { arrows: new Map([...arrows].map(([path, group]) => [path, [...group.values()]])), inner }
}

/** Where an arrow between two states is drawn; `undefined` when one of them lies within the other. */
function meet(
  from: readonly ChartState[],
  to: readonly ChartState[],
): { readonly parent: ChartState; readonly from: ChartState; readonly into: ChartState } | undefined {
  if (from.at(-1) === to.at(-1)) {
    const [parent, state] = from.slice(-2)
    return parent && state && { parent, from: state, into: state }
  }
  const depth = from.findIndex((state, index) => state !== to[index])
  const [parent, own, other] = [from[depth - 1], from[depth], to[depth]]
  return depth > 0 && parent && own && other ? { parent, from: own, into: other } : undefined
}

function wordsOf({ event, guard }: ChartTransition, start: string, end: string): string {
  return `${start}${cut(event, maxWords)}${guard === undefined ? '' : ` [${cut(guard, maxWords)}]`}${end}`
}

function nameOf(chain: readonly ChartState[]): string {
  return cut(chain.at(-1)?.name ?? '', maxWords)
}

function push<Item>(lists: Map<string, Item[]>, key: string, item: Item): void {
  const list = lists.get(key)
  if (list) list.push(item)
  else lists.set(key, [item])
}
