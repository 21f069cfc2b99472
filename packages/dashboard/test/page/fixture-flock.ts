import type { AgentState, SceneEvent, SceneLabel } from '../../src/protocol/protocol.ts'

/** What an event says, before the server gives it its position. */
export type FixtureEvent = SceneEvent extends infer Event
  ? Event extends SceneEvent
    ? Omit<Event, 'position'>
    : never
  : never

/** Options of {@link FixtureFlock}. */
export interface FixtureOptions {
  readonly seed: number
  readonly agents: number
  readonly tasks: number
  /** Objects at most: after that the oldest are deleted. */
  readonly objects: number
}

const roles = ['reader', 'summarizer', 'combiner', 'analyst', 'reviewer'] as const
const topics = ['energy', 'inflation', 'health care', 'the hostages', 'agriculture', 'defense', 'human rights', 'parks']
const activities = ['read', 'note', 'merge', 'answer', 'review'] as const

interface Member {
  readonly id: string
  readonly role: string
  readonly task: string
  readonly runs: { readonly run: string; readonly activity: string; readonly startedAt: number }[]
}

/**
 * A flock that never was: the same events for the same seed. Agents begin and
 * end activities, write, read what others wrote, and reuse it; some of what
 * they write is confidential, some expires.
 */
export class FixtureFlock {
  readonly #options: FixtureOptions
  readonly #members: readonly Member[]
  readonly #objects: { readonly id: string; readonly author: string }[] = []
  #state: number
  #count = 0

  constructor(options: FixtureOptions) {
    this.#options = options
    this.#state = options.seed
    this.#members = Array.from({ length: options.agents }, (_, index) => {
      const role = roles[index % roles.length] ?? 'reader'
      return {
        id: `${role}-${Math.floor(index / roles.length) + 1}`,
        role,
        task: `task: ${topics[Math.floor((index / options.agents) * options.tasks) % topics.length]}`,
        runs: [],
      }
    })
  }

  /** All agents, as they begin. */
  spawn(at: number): FixtureEvent[] {
    return this.#members.map(({ id: agent, role }) => ({
      type: 'agent',
      at,
      agent,
      role,
      state: 'spawned' as AgentState,
    }))
  }

  /** So many things that happen at a time. */
  step(at: number, count: number): FixtureEvent[] {
    return Array.from({ length: count }, () => this.#next(at)).flat()
  }

  /** All that runs ends. */
  rest(at: number): FixtureEvent[] {
    return this.#members.flatMap(({ id: agent, runs }) =>
      runs.splice(0).map(({ run, activity, startedAt }) => {
        const durationMs = at - startedAt
        return { type: 'activity', at, run, activity, agent, phase: 'done', worker: '1', durationMs }
      }),
    )
  }

  #next(at: number): FixtureEvent[] {
    const member = this.#pick(this.#members)
    const chance = this.#random()
    if (chance < 0.24) return [this.#write(member, at)]
    if (chance < 0.68 && this.#objects.length > 0) return [this.#read(member, at)]
    if (chance < 0.73 && this.#objects.length > 0) return [this.#reuse(member, at)]
    return [this.#work(member, at)]
  }

  #write({ id: author, task }: Member, at: number): FixtureEvent {
    if (this.#objects.length >= this.#options.objects) {
      const oldest = this.#objects.shift()
      return { type: 'deleted', at, collection: 'objects', id: oldest?.id ?? '', author }
    }
    this.#count += 1
    const id = `object-${this.#count}`
    const sources = this.#objects.length > 3 ? [this.#pick(this.#objects).id, this.#pick(this.#objects).id] : []
    this.#objects.push({ id, author })
    const chance = this.#random()
    const label: SceneLabel = { sensitivity: chance < 0.08 ? 'confidential' : 'internal', compartments: [] }
    return {
      type: 'written',
      at,
      collection: 'objects',
      id,
      version: 1,
      author,
      task,
      label,
      title: `Note ${this.#count} on ${task.slice(6)}`,
      tags: ['note'],
      bytes: 200 + (this.#count % 900),
      derivedFrom: [...new Set(sources)],
      ...(chance > 0.92 && { expiresAt: at + 20_000 }),
    }
  }

  #read({ id: agent }: Member, at: number): FixtureEvent {
    // What is new is read more than what is old.
    const recent = this.#random() < 0.6 ? this.#objects.slice(-40) : this.#objects
    const { id } = this.#pick(recent)
    return { type: 'read', at, agent, collection: 'objects', id, count: 1, isHit: this.#random() < 0.8 }
  }

  #reuse({ id: agent }: Member, at: number): FixtureEvent {
    const savedMs = 200 + this.#random() * 900
    return {
      type: 'reused',
      at,
      agent,
      work: `activity/note@${this.#count}`,
      count: 1,
      savedMs,
      savedTokens: 640,
      savedUsd: 0.0032,
    }
  }

  #work(member: Member, at: number): FixtureEvent {
    const { id: agent, runs } = member
    const open = runs.length > 1 || this.#random() < 0.5 ? runs.shift() : undefined
    if (!open) {
      this.#count += 1
      const activity = activities[roles.indexOf(member.role as (typeof roles)[number])] ?? 'read'
      const begun = { run: `run-${this.#count}`, activity, startedAt: at }
      runs.push(begun)
      return { type: 'activity', at, run: begun.run, activity, agent, phase: 'started' }
    }
    const { run, activity, startedAt } = open
    const phase = this.#random() < 0.05 ? 'failed' : 'done'
    const worker = `${1 + Math.floor(this.#random() * 4)}`
    return {
      type: 'activity',
      at,
      run,
      activity,
      agent,
      phase,
      worker,
      durationMs: Math.max(1, (at - startedAt) * 0.8),
    }
  }

  #pick<Item>(items: readonly Item[]): Item {
    return items[Math.floor(this.#random() * items.length)] as Item
  }

  /** Mulberry32. */
  #random(): number {
    this.#state = (this.#state + 0x6d_2b_79_f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
