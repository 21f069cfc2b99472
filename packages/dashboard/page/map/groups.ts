import { forceCollide, forceSimulation, forceX, forceY } from 'd3-force'
import type { Simulation, SimulationNodeDatum } from 'd3-force'

import type { SceneAgent } from '../state/scene.ts'

/** By what agents come together on the map. */
export type Grouping = 'task' | 'role'

/** A place where agents of one task, or of one role, come together. */
export interface Group extends SimulationNodeDatum {
  readonly id: string
  readonly label: string
  x: number
  y: number
  members: number
  /** How far its members reach, in map units. */
  radius: number
}

/** Tasks tell more than roles, as soon as there are several. */
export function groupingFor(agents: Iterable<SceneAgent>): Grouping {
  const tasks = new Set<string>()
  for (const { task } of agents) {
    if (task !== undefined) tasks.add(task)
    if (tasks.size > 1) return 'task'
  }
  return 'role'
}

/** Where an agent belongs. */
export function groupOf(agent: SceneAgent, grouping: Grouping): string {
  return grouping === 'role' ? agent.role : (agent.task ?? agent.role)
}

/** Keeps groups apart from each other, and together in the middle. */
export class Groups {
  readonly all = new Map<string, Group>()
  #isWide = true
  readonly #toMiddleX = forceX<Group>(0)
  readonly #toMiddleY = forceY<Group>(0)
  readonly #simulation: Simulation<Group, undefined> = forceSimulation<Group>([])
    .stop()
    .alphaDecay(0)
    .alpha(0.4)
    .force('apart', forceCollide<Group>(({ radius }) => radius + 24).iterations(2))
    .force('x', this.#toMiddleX)
    .force('y', this.#toMiddleY)

  /** The group of that name, new ones beside the others. */
  get(id: string): Group {
    const known = this.all.get(id)
    if (known) return known
    // One to the left, one to the right, or above and below: forces do the rest.
    const along = Math.ceil(this.all.size / 2) * 160 * (this.all.size % 2 === 0 ? 1 : -1)
    const across = 20 * (this.all.size % 3) - 20
    const group: Group = {
      id,
      label: id,
      members: 0,
      radius: 40,
      x: this.#isWide ? along : across,
      y: this.#isWide ? across : along,
    }
    this.all.set(id, group)
    this.#simulation.nodes([...this.all.values()])
    return group
  }

  /** Takes away groups without members; sets how far the others reach. */
  settle(extents: ReadonlyMap<string, { readonly members: number; readonly reach: number }>): void {
    for (const group of this.all.values()) {
      const { members, reach } = extents.get(group.id) ?? { members: 0, reach: 0 }
      group.members = members
      // Little by little: members come and go.
      group.radius += (Math.max(reach, 24) - group.radius) * 0.06
      if (members === 0) this.all.delete(group.id)
    }
    this.#simulation.nodes([...this.all.values()])
  }

  /** Spreads groups as the screen is: wide ones sideways, narrow ones up and down. */
  fit(width: number, height: number): void {
    const aspect = Math.sqrt(Math.min(2.4, Math.max(0.4, width / (height || 1))))
    this.#isWide = width >= height
    this.#toMiddleX.strength(0.05 / aspect ** 2)
    this.#toMiddleY.strength(0.05 * aspect ** 4)
  }

  tick(): void {
    this.#simulation.tick()
  }
}
