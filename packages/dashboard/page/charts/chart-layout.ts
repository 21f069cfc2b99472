import type * as Dagre from './dagre.ts'

import type { ChartState } from '../../src/protocol/protocol.ts'
import { cut } from '../ui/plain.ts'
import { linesOf } from './chart-lines.ts'
import type { ChartLines, TransitionLine } from './chart-lines.ts'

/** A place in a picture, in CSS pixels from its top left corner. */
export interface Point {
  readonly x: number
  readonly y: number
}

/** Lines of text at a place: the middle of their first line. */
export interface PlacedLine extends Point, TransitionLine {}

/** A state in a picture. */
export interface PlacedState extends Point {
  readonly state: ChartState
  /** Its name, cut. */
  readonly title: string
  readonly width: number
  readonly height: number
  /** What it runs, and transitions that stay in it; `x` is their left end. */
  readonly lines: readonly (Point & { readonly text: string; readonly transition?: TransitionLine['transition'] })[]
}

/** An arrow in a picture. The one to the state that another one begins with has no lines. */
export interface PlacedArrow {
  readonly points: readonly Point[]
  readonly lines: readonly PlacedLine[]
}

/** A state chart, laid out. */
export interface ChartPicture {
  readonly width: number
  readonly height: number
  /** Outer states before those within them. */
  readonly states: readonly PlacedState[]
  readonly arrows: readonly PlacedArrow[]
}

/** What laying out needs. */
export interface Tools {
  readonly dagre: Pick<typeof Dagre, 'Graph' | 'layout'>
  /** Measures a text of the chart's font, in CSS pixels. */
  readonly measure: (text: string) => number
}

const lineHeight = 16
const headHeight = 30
const sidePad = 14
/** Side by side up to this width; above each other beyond it. */
const mostRegionsWidth = 900
/** Of the arrow to the state that another one begins with. */
const startLength = 18

/** Lays a chart out. Each state is laid out by itself, the inner ones first, so that a state never leaves its parent. */
export function layOut(root: ChartState, tools: Tools): ChartPicture {
  return place(root, linesOf(root), tools)
}

interface Head {
  readonly title: string
  readonly lines: readonly { readonly text: string; readonly transition?: TransitionLine['transition'] }[]
  readonly width: number
  readonly height: number
}

function place(state: ChartState, lines: ChartLines, tools: Tools): ChartPicture {
  const head = headOf(state, lines, tools)
  const children = state.states.map((child) => place(child, lines, tools))
  if (children.length === 0) return framed(state, head, { width: 0, height: 0, states: [], arrows: [] })
  return framed(
    state,
    head,
    state.type === 'parallel' ? sideBySide(children) : connected(state, children, lines, tools),
  )
}

function headOf(state: ChartState, { inner }: ChartLines, { measure }: Tools): Head {
  const lines = [
    ...state.invokes.map((name) => ({ text: `runs ${cut(name, 44)}` })),
    ...(inner.get(state.path) ?? []).map(({ text, transition }) => ({ text: `↺ ${text}`, transition })),
  ]
  const title = state.type === 'history' ? `${cut(state.name, 40)} (history)` : cut(state.name, 40)
  const widths = [measure(title) * 1.1, ...lines.map(({ text }) => measure(text))]
  const height = headHeight + lines.length * lineHeight + (lines.length > 0 ? 6 : 0)
  return { title, lines, width: Math.ceil(Math.max(48, ...widths) + 2 * sidePad), height }
}

/** Draws a state around what is within it. */
function framed(state: ChartState, head: Head, inside: ChartPicture): ChartPicture {
  const width = Math.max(head.width, inside.width)
  const left = (width - inside.width) / 2
  const own: PlacedState = {
    state,
    title: head.title,
    x: 0,
    y: 0,
    width,
    height: head.height + inside.height,
    lines: head.lines.map((line, index) => ({ ...line, x: sidePad, y: headHeight + (index + 0.5) * lineHeight })),
  }
  const moved = moveBy(inside, left, head.height)
  return { width, height: own.height, states: [own, ...moved.states], arrows: moved.arrows }
}

function connected(
  { path, initial, states }: ChartState,
  children: readonly ChartPicture[],
  { arrows }: ChartLines,
  { dagre, measure }: Tools,
): ChartPicture {
  const graph = new dagre.Graph({ multigraph: true })
  graph.setGraph({ rankdir: 'TB', nodesep: 32, edgesep: 18, ranksep: 34, marginx: 16, marginy: 12 + startLength / 2 })
  graph.setDefaultEdgeLabel(() => ({}))
  for (const [index, child] of states.entries()) {
    const { width = 0, height = 0 } = children[index] ?? {}
    graph.setNode(child.path, { width, height })
  }
  const first = states.find((child) => child.path === initial || initial?.startsWith(`${child.path}.`) === true)
  const own = arrows.get(path) ?? []
  for (const [index, { from, to, lines }] of own.entries()) {
    const width = Math.max(...lines.map(({ text }) => measure(text))) + 12
    graph.setEdge(from, to, { width, height: lines.length * lineHeight + 4, labelpos: 'c' }, `${index}`)
  }
  dagre.layout(graph)
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number }
  const moved = children.map((child, index) => {
    const at = graph.node(states[index]?.path ?? '') as Point & { width: number; height: number }
    return moveBy(child, at.x - at.width / 2, at.y - at.height / 2)
  })
  const placed = own.map(({ from, to, lines }, index): PlacedArrow => {
    const { points, x, y } = graph.edge(from, to, `${index}`) as Point & { points: readonly Point[] }
    const top = y - ((lines.length - 1) * lineHeight) / 2
    return { points, lines: lines.map((line, row) => ({ ...line, x, y: top + row * lineHeight })) }
  })
  // At the left, where no other arrow ends: those point at the middle.
  const start = first && moved[states.indexOf(first)]?.states[0]
  const [x, y] = [(start?.x ?? 0) + 10, start?.y ?? 0]
  return {
    width,
    height,
    states: moved.flatMap(({ states: inner }) => inner),
    arrows: [
      ...(start
        ? [
            {
              points: [
                { x, y: y - startLength },
                { x, y },
              ],
              lines: [],
            },
          ]
        : []),
      ...placed,
      ...moved.flatMap(({ arrows: inner }) => inner),
    ],
  }
}

/** The regions of a parallel state. */
function sideBySide(children: readonly ChartPicture[]): ChartPicture {
  const gap = 12
  const isRow = children.reduce((sum, { width }) => sum + width + gap, gap) <= mostRegionsWidth
  let at = gap
  const moved = children.map((child) => {
    const placed = isRow ? moveBy(child, at, 4) : moveBy(child, gap, at)
    at += (isRow ? child.width : child.height) + gap
    return placed
  })
  const most = Math.max(...children.map(({ width, height }) => (isRow ? height : width)))
  return {
    width: isRow ? at : most + 2 * gap,
    height: isRow ? most + gap + 4 : at,
    states: moved.flatMap(({ states }) => states),
    arrows: moved.flatMap(({ arrows }) => arrows),
  }
}

function moveBy(picture: ChartPicture, x: number, y: number): ChartPicture {
  const move = <Placed extends Point>(placed: Placed): Placed => ({ ...placed, x: placed.x + x, y: placed.y + y })
  return {
    ...picture,
    states: picture.states.map((state) => ({ ...move(state), lines: state.lines.map(move) })),
    arrows: picture.arrows.map(({ points, lines }) => ({ points: points.map(move), lines: lines.map(move) })),
  }
}
