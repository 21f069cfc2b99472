import type { Force } from 'd3-force'

import type { AgentNode } from './agent-node.ts'

/** Of the way to the middle of its group, what an agent goes in one tick. */
const cohesion = 0.012
/** Of the difference to the group's way, what an agent takes over. */
const alignment = 0.06
/** How fast a busy agent goes around the middle of its group. */
const circling = 0.16

interface Middle {
  count: number
  vx: number
  vy: number
}

/**
 * Makes agents of a group move like a flock: towards its middle (cohesion), the
 * way that the others go (alignment), and around the middle as far as there is
 * work. Separation is `forceCollide`'s.
 */
export function flockingForce(): Force<AgentNode, undefined> {
  let nodes: AgentNode[] = []
  const force: Force<AgentNode, undefined> = () => {
    const groups = new Map<string, Middle>()
    for (const { group, vx, vy } of nodes) {
      const middle = groups.get(group.id) ?? { count: 0, vx: 0, vy: 0 }
      middle.count += 1
      middle.vx += vx
      middle.vy += vy
      groups.set(group.id, middle)
    }
    for (const node of nodes) {
      const middle = groups.get(node.group.id)
      if (!middle) continue
      const dx = node.group.x - node.x
      const dy = node.group.y - node.y
      const distance = Math.hypot(dx, dy) || 1
      const turn = (circling * node.energy) / distance
      node.vx += dx * cohesion + (middle.vx / middle.count - node.vx) * alignment + dy * turn
      node.vy += dy * cohesion + (middle.vy / middle.count - node.vy) * alignment - dx * turn
    }
  }
  force.initialize = (all) => {
    nodes = all
  }
  return force
}
