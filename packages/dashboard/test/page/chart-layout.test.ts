import * as dagre from '@dagrejs/dagre'
import { createFlock } from '@skein/core'
import { mapStore, openMemory } from '@skein/memory'
import { beforeAll, expect, it } from 'vitest'

import { layOut } from '../../page/charts/chart-layout.ts'
import type { ChartPicture, PlacedState } from '../../page/charts/chart-layout.ts'
import { editor } from './fixture/editor-machine.ts'

let picture: ChartPicture
beforeAll(async () => {
  const memory = await openMemory({ store: mapStore() })
  const flock = await createFlock({ memory, threads: 1 })
  const { chart } = flock.spawn(editor)
  await flock.close()
  await memory.close()
  if (chart) picture = layOut(chart, { dagre, measure: (text) => text.length * 7 })
})

it('keeps each state within its parent, and apart from its siblings', () => {
  const byPath = new Map(picture.states.map((placed) => [placed.state.path, placed]))
  const at = (path: string): PlacedState => byPath.get(path) as PlacedState
  for (const outer of picture.states) {
    const inner = outer.state.states.map(({ path }) => at(path))
    for (const state of inner) expect(isWithin(state, outer)).toBe(true)
    const touching = inner.flatMap((one) => inner.filter((other) => one !== other && overlap(one, other)))
    expect(touching).toEqual([])
  }
  expect(isWithin({ x: 0, y: 0, width: picture.width, height: picture.height }, at(''))).toBe(true)
})

it('writes event and guard beside each arrow, and says where in a state an arrow begins or ends', () => {
  const words = picture.arrows.flatMap(({ lines }) => lines.map(({ text }) => text))
  expect(words.toSorted()).toEqual([
    'after 1 d',
    'checked',
    'done',
    'drafted',
    'task',
    'verdict',
    'verdict [hasRoundsLeft]',
    'verdict [isGood]',
  ])
  expect(picture.states[0]?.lines.map(({ text }) => text)).toEqual(['↺ note'])
})

interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

function isWithin(inner: Box, outer: Box): boolean {
  const [right, bottom] = [inner.x + inner.width, inner.y + inner.height]
  return inner.x >= outer.x && inner.y >= outer.y && right <= outer.x + outer.width && bottom <= outer.y + outer.height
}

function overlap(one: Box, other: Box): boolean {
  const isBeside = one.x + one.width <= other.x || other.x + other.width <= one.x
  return !isBeside && one.y + one.height > other.y && other.y + other.height > one.y
}
