import type { Scene, SceneAgent } from './scene.ts'

/** What an agent does at a moment, in a word: the same in every view. */
export type AgentStatus = 'working' | 'asks a person' | 'idle' | 'failed' | 'suspended' | 'paused' | 'ended'

/** Whoever has read or written within this time is at it, in milliseconds, however much that was. */
export const restingMs = 2_000
/** Whoever left no trace for so long is gone, in milliseconds, unless its flock still reports it. */
const goneMs = 60_000

/** What an agent does at a time. */
export function statusOfAgent(agent: SceneAgent, scene: Scene, now: number): AgentStatus {
  const { state, running, isReported, lastAt } = agent
  if (state === 'ended' || state === 'failed' || state === 'suspended') return state
  if (!isReported && now - lastAt > goneMs) return 'ended'
  if (state === 'paused') return 'paused'
  if (waits(scene, agent.id)) return 'asks a person'
  return running > 0 || now - lastAt < restingMs ? 'working' : 'idle'
}

/**
 * The agents of a scene, without others who write: people, and programs that hand agents their work. Where a flock
 * reports its agents, these are all there are; otherwise everybody with a role counts.
 */
export function agentsOf(scene: Scene): readonly SceneAgent[] {
  const all = [...scene.agents.values()]
  return all.some(({ isReported }) => isReported) ? all.filter(({ isReported }) => isReported) : all
}

function waits({ escalations }: Scene, id: string): boolean {
  for (const { openedBy, state } of escalations.values()) {
    if (openedBy === id && (state === 'open' || state === 'taken')) return true
  }
  return false
}
