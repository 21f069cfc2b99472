import type { Force } from 'd3-force'

import type { AgentNode } from './agent-node.ts'

/** The share of the distance to the center of its group that an agent moves per tick. */
const cohesion = 0.012
/** The share of the difference to the group's velocity that an agent adopts per tick. */
const alignment = 0.06
/** How fast a busy agent circles the center of its group. */
const circling = 0.16

interface Motion {
  count: number
  vx: number
  vy: number
}

/**
 * Makes the agents of a group move like a flock: towards its center (cohesion),
 * in the direction of the others (alignment), and around the center when busy.
 * Separation is left to `forceCollide`.
 */
export function flockingForce(): Force<AgentNode, undefined> {
  let nodes: AgentNode[] = []
  const force: Force<AgentNode, undefined> = () => {
    const groups = new Map<string, Motion>()
    for (const { group, vx, vy } of nodes) {
      const motion = groups.get(group.id) ?? { count: 0, vx: 0, vy: 0 }
      motion.count += 1
      motion.vx += vx
      motion.vy += vy
      groups.set(group.id, motion)
    }
    for (const node of nodes) {
      const motion = groups.get(node.group.id)
      if (!motion) continue
      const dx = node.group.x - node.x
      const dy = node.group.y - node.y
      const distance = Math.hypot(dx, dy) || 1
      const turn = (circling * node.energy) / distance
      node.vx += dx * cohesion + (motion.vx / motion.count - node.vx) * alignment + dy * turn
      node.vy += dy * cohesion + (motion.vy / motion.count - node.vy) * alignment - dx * turn
    }
  }
  force.initialize = (all) => {
    nodes = all
  }
  return force
}
