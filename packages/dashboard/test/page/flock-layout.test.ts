import { expect, it } from 'vitest'

import { reachOf } from '../../page/map/agent-node.ts'
import { Camera } from '../../page/map/camera.ts'
import { FlockLayout } from '../../page/map/flock-layout.ts'
import { SceneHistory } from '../../page/state/scene-history.ts'
import type { Scene } from '../../page/state/scene.ts'

/** Agents of three roles who work on four tasks. */
function sceneOf(agents: number, records = 1): Scene {
  const history = new SceneHistory()
  const label = { sensitivity: 'public', compartments: [] } as const
  const rest = { collection: 'objects', version: 1, label, title: 'a', tags: [], derivedFrom: [], bytes: 1 }
  history.append(
    Array.from({ length: agents * records }, (_, index) => {
      const author = `${['reader', 'writer', 'clerk'][index % 3]}-${index % agents}`
      return {
        type: 'written',
        position: `${index}`,
        at: 1,
        id: `${index}`,
        author,
        task: `task ${index % 4}`,
        ...rest,
      }
    }),
  )
  return history.head
}

/** The agents that are not within the circle of their group. */
function strays({ nodes }: FlockLayout): string[] {
  return [...nodes.values()]
    .filter((node) => Math.hypot(node.x - node.group.x, node.y - node.group.y) + reachOf(node) > node.group.radius + 1)
    .map(({ id }) => id)
}

it('regroups without agents outside the circles of their groups', () => {
  const scene = sceneOf(60)
  const layout = new FlockLayout()
  layout.sync(scene, 10_000, 'role')
  layout.settle(10_000)
  expect(new Set([...layout.nodes.values()].map(({ group }) => group.id)).size).toBe(3)
  layout.sync(scene, 10_000, 'task')
  for (let tick = 0; tick < 60; tick += 1) {
    layout.tick(10_000)
    expect(strays(layout)).toEqual([])
  }
  expect(new Set([...layout.nodes.values()].map(({ group }) => group.id)).size).toBe(4)
})

it.each([5, 50, 500])('fills the screen with %d agents', (count) => {
  const layout = new FlockLayout()
  layout.groups.fit(1_600, 840)
  layout.sync(sceneOf(count), 10_000, 'role')
  for (let round = 0; round < 3; round += 1) layout.settle(10_000)
  const camera = Object.assign(new Camera(), { width: 1_600, height: 840 })
  const groups = [...layout.groups.all.values()]
  const [left, right] = [
    Math.min(...groups.map(({ x, radius }) => x - radius)),
    Math.max(...groups.map(({ x, radius }) => x + radius)),
  ]
  const [top, bottom] = [
    Math.min(...groups.map(({ y, radius }) => y - radius)),
    Math.max(...groups.map(({ y, radius }) => y + radius)),
  ]
  camera.follow({ left, right, top, bottom }, true)
  const filled = Math.max(((right - left) * camera.zoom) / 1_600, ((bottom - top) * camera.zoom) / 840)
  expect(filled).toBeGreaterThan(0.7)
})

it('opens a whole run with circles that hold little more than their agents', () => {
  const layout = new FlockLayout()
  layout.groups.fit(1_600, 840)
  layout.sync(sceneOf(51, 12), 10_000, 'role')
  expect(strays(layout)).toEqual([])
  for (let tick = 0; tick < 60; tick += 1) layout.tick(10_000)
  for (const group of layout.groups.all.values()) {
    const members = [...layout.nodes.values()].filter((node) => node.group === group)
    const needed = Math.sqrt(members.reduce((sum, node) => sum + reachOf(node) ** 2, 0))
    expect(group.radius / needed).toBeLessThan(2)
  }
})
