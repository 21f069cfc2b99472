import { forceCollide, forceSimulation } from 'd3-force'
import type { Simulation } from 'd3-force'

import { heatAt } from '../state/heat.ts'
import type { Scene, SceneAgent } from '../state/scene.ts'
import { reachOf } from './agent-node.ts'
import type { AgentNode } from './agent-node.ts'
import { flockingForce } from './flocking-force.ts'
import { groupingFor, groupOf, Groups } from './groups.ts'
import type { Group, Grouping } from './groups.ts'
import { fadeMs, goneSince, moonAt, statusOf } from './orbit.ts'
import type { Moon } from './orbit.ts'

/** Records on the map, the latest written. */
export const maxMoons = 4_000
/** Steps of settling, and moves of single agents in all of them: the page must not stand still for long. */
const mostSteps = 150
const mostMoves = 20_000
/** Ended agents stay as long as their records, or this long without any, in milliseconds. */
const endedMs = 4_000

/**
 * The positions of everything on the map. `sync` follows the scene, `tick` moves
 * everything by a sixtieth of a second.
 */
export class FlockLayout {
  readonly nodes = new Map<string, AgentNode>()
  readonly moons = new Map<string, Moon>()
  readonly groups = new Groups()
  grouping: Grouping = 'role'
  #pass = 0
  readonly #simulation: Simulation<AgentNode, undefined> = forceSimulation<AgentNode>([])
    .stop()
    .alphaDecay(0)
    .alpha(0.5)
    .velocityDecay(0.16)
    .force('flock', flockingForce())
    .force('apart', forceCollide<AgentNode>((node) => reachOf(node) + 5).strength(0.7))

  /** Adds and removes agents and records to match a scene. `grouping` follows from the scene when left out. */
  sync(scene: Scene, now: number, grouping?: Grouping): void {
    this.#pass += 1
    const before = this.grouping
    this.grouping = grouping ?? groupingFor(scene.agents.values())
    let isChanged = false
    const isFirst = this.nodes.size === 0
    for (const agent of scene.agents.values()) isChanged = this.#place(agent) || isChanged
    this.#syncMoons(scene, now)
    for (const [id, node] of this.nodes) {
      const isOver = node.agent.state === 'ended' && now - node.agent.lastAt > endedMs && this.#isBare(node)
      if (scene.agents.has(id) && !isOver) continue
      this.nodes.delete(id)
      isChanged = true
    }
    if (isChanged) this.#simulation.nodes([...this.nodes.values()])
    // A page that opens on a whole run shows it arranged; it would fly apart from one point.
    if ((isFirst || this.grouping !== before) && this.nodes.size > 0) this.settle(now)
  }

  /** Moves everything by one step; returns whether anything still moves. */
  tick(now: number): boolean {
    this.#measureGroups()
    this.groups.tick()
    let motion = 0
    for (const node of this.nodes.values()) {
      // Members ride along with their group. If they had to follow it, its circle would reach back to them, push the
      // other groups further away, and so on.
      node.x += node.group.vx
      node.y += node.group.vy
      node.energy = Math.min(1, heatAt(node.agent.heat, now) / 5 + (node.agent.running > 0 ? 0.3 : 0))
      if (node.energy < 0.02) node.energy = 0
    }
    this.#simulation.tick()
    for (const node of this.nodes.values()) {
      const speed = Math.hypot(node.vx, node.vy)
      motion = Math.max(motion, speed, node.energy)
      if (speed > 0.03) node.heading += angleBetween(node.heading, Math.atan2(node.vy, node.vx)) * 0.12
      node.turn += 0.0006 + node.energy * 0.006
      this.#turnMoons(node)
    }
    return motion > 0.04
  }

  /** Moves everything close to its resting position at once, without animation. */
  settle(now: number): void {
    const steps = Math.min(mostSteps, Math.ceil(mostMoves / (this.nodes.size || 1)))
    for (let count = 0; count < steps; count += 1) this.tick(now)
  }

  #place(agent: SceneAgent): boolean {
    const group = this.groups.get(groupOf(agent, this.grouping))
    const known = this.nodes.get(agent.id)
    const angle = this.nodes.size * 2.4
    if (known) {
      known.agent = agent
      // It would cross half of the map, and stretch the circle of its group all the way.
      if (known.group !== group) Object.assign(known, { group, vx: 0, vy: 0, ...placeIn(group, known.heading) })
      return false
    }
    this.nodes.set(agent.id, {
      id: agent.id,
      agent,
      group,
      vx: 0,
      vy: 0,
      energy: 0,
      heading: angle,
      turn: angle,
      moons: [],
      free: [],
      ...placeIn(group, angle),
    })
    return true
  }

  #syncMoons({ records }: Scene, now: number): void {
    let skip = Math.max(0, records.size - maxMoons)
    for (const record of records.values()) {
      if (skip > 0) {
        skip -= 1
        continue
      }
      const known = this.moons.get(record.key)
      const isOver = now - goneSince(record) > fadeMs
      if (known && known.record.author === record.author) {
        known.record = record
        known.status = statusOf(record, now)
        known.pass = isOver ? 0 : this.#pass
      } else if (!isOver) {
        if (known) this.#drop(known)
        this.#raise(record.key, record, now)
      }
    }
    for (const moon of this.moons.values()) if (moon.pass !== this.#pass) this.#drop(moon)
  }

  #raise(key: string, record: Moon['record'], now: number): void {
    const node = this.nodes.get(record.author)
    if (!node) return
    const moon = moonAt(node.free.pop() ?? node.moons.length, record)
    moon.pass = this.#pass
    moon.status = statusOf(record, now)
    node.moons[moon.slot] = moon
    this.moons.set(key, moon)
  }

  #drop(moon: Moon): void {
    this.moons.delete(moon.record.key)
    const node = this.nodes.get(moon.record.author)
    if (!node) return
    node.moons[moon.slot] = undefined
    node.free.push(moon.slot)
    if (this.#isBare(node)) node.moons.length = node.free.length = 0
  }

  #isBare(node: AgentNode): boolean {
    return node.moons.length === node.free.length
  }

  #measureGroups(): void {
    const extents = new Map<string, { members: number; reach: number }>()
    for (const node of this.nodes.values()) {
      const extent = extents.get(node.group.id) ?? { members: 0, reach: 0 }
      extent.members += 1
      const distance = Math.hypot(node.x - node.group.x, node.y - node.group.y)
      extent.reach = Math.max(extent.reach, distance + reachOf(node))
      extents.set(node.group.id, extent)
    }
    this.groups.settle(extents)
  }

  #turnMoons({ x, y, turn, moons }: AgentNode): void {
    const cos = Math.cos(turn)
    const sin = Math.sin(turn)
    for (const moon of moons) {
      if (!moon) continue
      moon.x = x + moon.distance * (moon.cos * cos - moon.sin * sin)
      moon.y = y + moon.distance * (moon.cos * sin + moon.sin * cos)
    }
  }
}

/** A place within a group, in a direction from its center. */
function placeIn({ x, y, members }: Group, angle: number): { readonly x: number; readonly y: number } {
  const distance = 20 + 9 * Math.sqrt(members)
  return { x: x + Math.cos(angle) * distance, y: y + Math.sin(angle) * distance }
}

function angleBetween(from: number, to: number): number {
  const turn = (to - from) % (2 * Math.PI)
  return turn > Math.PI ? turn - 2 * Math.PI : turn < -Math.PI ? turn + 2 * Math.PI : turn
}
