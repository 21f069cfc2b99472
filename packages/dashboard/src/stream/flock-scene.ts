import type { Flock, FlockEvent } from '@skein/core'
import type { Clearance } from '@skein/memory'
import { covers } from '@skein/memory/store'
import type { Audience, Label } from '@skein/memory/store'

import type { AgentRow, AgentState } from '../protocol/protocol.ts'
import { shortText } from '../text/short-text.ts'
import type { SceneBody } from './scene-body.ts'

/** Ended agents that stay listed. */
const maxEnded = 1_000

const agentStates: Readonly<Record<string, AgentState>> = {
  'agent.spawned': 'spawned',
  'agent.failed': 'failed',
  'agent.restarted': 'restarted',
  'agent.suspended': 'suspended',
  'agent.paused': 'paused',
  'agent.unpaused': 'resumed',
  'agent.resumed': 'resumed',
  'agent.ended': 'ended',
}

/**
 * Converts a flock's events to those of the page, and lists the flock's agents.
 *
 * Everybody sees which agent runs which activity. What agents report (errors,
 * progress) is shown only to viewers whose clearance covers the agent's.
 */
export class FlockScene {
  readonly #flock: Pick<Flock, 'agent' | 'activityTitle'>
  readonly #audience: Audience
  readonly #agents = new Map<string, AgentRow>()
  readonly #endedIds: string[] = []
  /** Clearances of running agents. */
  readonly #clearances = new Map<string, Label>()
  /** Runs of the page by the runs of the flock that are under way. */
  readonly #openRuns = new Map<string, string>()
  /** Those of them that may still tell of what was forgotten. */
  readonly #silenced = new Set<string>()
  #runCount = 0

  constructor(flock: Pick<Flock, 'agent' | 'activityTitle'>, audience: Audience) {
    this.#flock = flock
    this.#audience = audience
  }

  /** Something was forgotten: what is under way may have read it, and says nothing any more. */
  forget(): void {
    for (const run of this.#openRuns.keys()) this.#silenced.add(run)
  }

  get agents(): readonly AgentRow[] {
    return [...this.#agents.values()]
  }

  /**
   * Converts one event; `undefined` for one that the page does not show.
   *
   * @param at - When it happened, Unix milliseconds.
   */
  toScene(event: FlockEvent, at: number): SceneBody | undefined {
    const state = agentStates[event.type]
    if (state && 'role' in event) return this.#agent(event, this.#isPaused(event) ? 'paused' : state, at)
    switch (event.type) {
      case 'activity.started':
      case 'activity.progress':
      case 'activity.done':
      case 'activity.retried':
      case 'activity.failed':
        return this.#activity(event, at)
      case 'message.deadLettered': {
        const { agent, reason, message } = event
        return { type: 'dead-letter', at, agent, reason, messageType: shortText(messageTypeOf(message)) }
      }
      default:
        // The feed brings reuses and escalations, each at its position.
        return undefined
    }
  }

  /** A durable agent that was paused stays so when it is resumed. */
  #isPaused({ type, agent }: Extract<FlockEvent, { readonly role: string }>): boolean {
    return type === 'agent.resumed' && this.#flock.agent(agent)?.state === 'paused'
  }

  #agent(event: Extract<FlockEvent, { readonly role: string }>, state: AgentState, at: number): SceneBody {
    const { agent, role } = event
    const isCleared = this.#isCleared(agent, at)
    const note = 'error' in event && event.error !== undefined ? errorText(event.error, isCleared) : undefined
    this.#agents.set(agent, { agent, role, state, at })
    if (state === 'ended') this.#forget(agent)
    return { type: 'agent', at, agent, role, state, ...(note !== undefined && { note }) }
  }

  /** The clearance of a running agent, which may be older than this dashboard. */
  #clearanceOf(agent: string, at: number): Label | undefined {
    const known = this.#clearances.get(agent)
    if (known) return known
    const ref = this.#flock.agent(agent)
    if (!ref) return undefined
    const { level = 'public', compartments = [] }: Partial<Clearance> = ref.memory.principal.clearance ?? {}
    const clearance = { sensitivity: level, compartments }
    this.#clearances.set(agent, clearance)
    if (!this.#agents.has(agent)) this.#agents.set(agent, { agent, role: ref.role, state: 'spawned', at })
    return clearance
  }

  #forget(agent: string): void {
    this.#clearances.delete(agent)
    this.#endedIds.push(agent)
    if (this.#endedIds.length <= maxEnded) return
    const oldest = this.#endedIds.shift() as string
    if (this.#agents.get(oldest)?.state === 'ended') this.#agents.delete(oldest)
  }

  #activity(event: Extract<FlockEvent, { readonly activity: string }>, at: number): SceneBody | undefined {
    const { type, activity, agent } = event
    const common = { type: 'activity', at, activity, agent } as const
    const isCleared = this.#isCleared(agent, at) && !this.#silenced.has(event.run)
    // One that lost its thread begins once more. Each attempt is a run of the page.
    const run = this.#openRuns.get(event.run) ?? this.#nextRun()
    if (type === 'activity.started' || type === 'activity.progress') this.#openRuns.set(event.run, run)
    else this.#openRuns.delete(event.run)
    if (type === 'activity.done' || type === 'activity.failed') this.#silenced.delete(event.run)
    if (type === 'activity.started') {
      const title = isCleared ? this.#flock.activityTitle(event.run) : undefined
      return {
        ...common,
        run,
        order: event.run,
        phase: 'started',
        ...(title !== undefined && { title: shortText(title) }),
      }
    }
    if (type === 'activity.progress') {
      const note = isCleared ? shortText(textOf(event.value)) : undefined
      return { ...common, run, phase: 'progress', ...(note !== undefined && { note }) }
    }
    if (type === 'activity.done') {
      return { ...common, run, phase: 'done', worker: event.worker, durationMs: event.durationMs }
    }
    if (type === 'activity.reused') return undefined
    const phase = type === 'activity.retried' ? 'retried' : 'failed'
    return { ...common, run, phase, note: errorText(event.error, isCleared) }
  }

  #nextRun(): string {
    return `run-${(this.#runCount += 1)}`
  }

  #isCleared(agent: string, at: number): boolean {
    const clearance = this.#clearanceOf(agent, at)
    return clearance !== undefined && covers(this.#audience, clearance)
  }
}

/** An error's code, with its message only for cleared viewers: messages may quote what the agent read. */
function errorText(error: unknown, isCleared: boolean): string {
  const code = error instanceof Error ? String('code' in error ? error.code : error.name) : 'error'
  if (!isCleared) return shortText(code)
  return shortText(error instanceof Error ? `${code}: ${error.message}` : textOf(error))
}

function messageTypeOf(message: unknown): string {
  return typeof message === 'object' && message !== null && 'type' in message ? textOf(message.type) : ''
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    return ''
  }
}
