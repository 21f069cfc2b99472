import { covers } from '@skein/memory/store'
import type { Clearance } from '@skein/memory'
import type { Audience, Label } from '@skein/memory/store'
import type { Flock, FlockEvent } from '@skein/core'

import type { AgentRow, AgentState } from '../protocol/protocol.ts'
import type { SceneBody } from './scene-body.ts'
import { shortText } from '../text/short-text.ts'

/** Agents that have ended are remembered up to this number. */
const mostEnded = 1_000

const agentStates: Readonly<Record<string, AgentState>> = {
  'agent.spawned': 'spawned',
  'agent.failed': 'failed',
  'agent.restarted': 'restarted',
  'agent.suspended': 'suspended',
  'agent.resumed': 'resumed',
  'agent.ended': 'ended',
}

/**
 * Turns what happens in a flock into what the page shows of it, and remembers
 * which agents there are.
 *
 * Who is at work on which activity is shown whatever the clearance; what agents
 * say while they work (errors, progress) only to who may see all they see.
 */
export class FlockScene {
  readonly #flock: Pick<Flock, 'agent'>
  readonly #audience: Audience
  readonly #agents = new Map<string, AgentRow>()
  readonly #ended: string[] = []
  /** Clearances of agents that live. */
  readonly #clearances = new Map<string, Label>()
  /** Runs under way by agent and activity, the oldest first. */
  readonly #open = new Map<string, string[]>()
  #runs = 0

  constructor(flock: Pick<Flock, 'agent'>, audience: Audience) {
    this.#flock = flock
    this.#audience = audience
  }

  get agents(): readonly AgentRow[] {
    return [...this.#agents.values()]
  }

  /** @param at - When it happened, Unix milliseconds. */
  toScene(event: FlockEvent, at: number): SceneBody | undefined {
    const state = agentStates[event.type]
    if (state && 'role' in event) return this.#agent(event, state, at)
    switch (event.type) {
      case 'activity.started':
      case 'activity.progress':
      case 'activity.done':
      case 'activity.retried':
      case 'activity.failed':
        return this.#activity(event, at)
      case 'message.deadLettered': {
        const { agent, reason, message } = event
        return { type: 'dead-letter', at, agent, reason, messageType: shortText(typeOf(message)) }
      }
      default:
        // Reuses and escalations come with the feed, in their place.
        return undefined
    }
  }

  #agent(event: Extract<FlockEvent, { readonly role: string }>, state: AgentState, at: number): SceneBody {
    const { agent, role } = event
    const mayHear = this.#mayHear(agent, at)
    const note = 'error' in event && event.error !== undefined ? saidOf(event.error, mayHear) : undefined
    this.#agents.set(agent, { agent, role, state, at })
    if (state === 'ended') this.#forget(agent)
    return { type: 'agent', at, agent, role, state, ...(note !== undefined && { note }) }
  }

  /** The clearance of an agent that lives; the flock may be older than this dashboard. */
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
    this.#ended.push(agent)
    if (this.#ended.length <= mostEnded) return
    const oldest = this.#ended.shift() as string
    if (this.#agents.get(oldest)?.state === 'ended') this.#agents.delete(oldest)
  }

  #activity(event: Extract<FlockEvent, { readonly activity: string }>, at: number): SceneBody | undefined {
    const { type, activity, agent } = event
    const key = `${agent}\0${activity}`
    const about = { type: 'activity', at, activity, agent } as const
    const mayHear = this.#mayHear(agent, at)
    if (type === 'activity.started') return { ...about, run: this.#begin(key), phase: 'started' }
    const open = this.#open.get(key)
    if (type === 'activity.progress') {
      const note = mayHear ? shortText(textOf(event.value)) : undefined
      const run = open?.[0] ?? this.#begin(key)
      return { ...about, run, phase: 'progress', ...(note !== undefined && { note }) }
    }
    // Equal activities of one agent end in the order in which they began, as far as anybody can tell.
    const run = open?.shift() ?? this.#next()
    if (open?.length === 0) this.#open.delete(key)
    if (type === 'activity.done') {
      return { ...about, run, phase: 'done', worker: event.worker, durationMs: event.durationMs }
    }
    if (type === 'activity.reused') return undefined
    const phase = type === 'activity.retried' ? 'retried' : 'failed'
    return { ...about, run, phase, note: saidOf(event.error, mayHear) }
  }

  #begin(key: string): string {
    const run = this.#next()
    const open = this.#open.get(key)
    if (open) open.push(run)
    else this.#open.set(key, [run])
    return run
  }

  #next(): string {
    return `run-${(this.#runs += 1)}`
  }

  #mayHear(agent: string, at: number): boolean {
    const clearance = this.#clearanceOf(agent, at)
    return clearance !== undefined && covers(this.#audience, clearance)
  }
}

/** What an error says may quote what the agent read; its code never does. */
function saidOf(error: unknown, mayHear: boolean): string {
  const code = error instanceof Error ? String('code' in error ? error.code : error.name) : 'error'
  if (!mayHear) return shortText(code)
  return shortText(error instanceof Error ? `${code}: ${error.message}` : textOf(error))
}

function typeOf(message: unknown): string {
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
