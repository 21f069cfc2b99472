import { isOutage, requireDuration, requireOptions, warn } from '@skein/memory/runtime'
import type { AgentHostEntry, SavedAgentSummary } from '@skein/memory/runtime'

import type { AgentRef } from '../agents/agent-ref.ts'
import type { AgentFeed } from '../durable/agent-feed.ts'
import type { ResumeReport, RunningAgent } from '../durable/durable-agents.ts'
import type { DurableDefinition } from '../durable/durable.ts'
import { agentOfClaim } from './agent-of-claim.ts'
import { Candidates } from './candidates.ts'
import { endHere } from './end-here.ts'
import type { ResolvedHost } from './host-options.ts'
import { HostRoster } from './host-roster.ts'
import { isIdle } from './is-idle.ts'
import { hostOf } from './rendezvous.ts'

/** What a host needs of its flock. */
export interface HostParts {
  readonly feed: AgentFeed
  readonly definitions: readonly DurableDefinition[]
  readonly options: Omit<ResolvedHost, 'mailbox' | 'supervision'>
  /** The durable agents that run here. */
  readonly running: () => readonly RunningAgent[]
  readonly resume: (saved: readonly SavedAgentSummary[]) => Promise<ResumeReport>
}

/** How often it looks again at agents that were not free, in milliseconds. */
const lookMs = 500
/** Agents that are resumed at the same time, and that are handed over at once. */
const batchSize = 100

/**
 * A process that runs durable agents together with others.
 *
 * Nobody is in charge: each host knows the others from their presence in the memory, and finds by itself which agents
 * belong to it. It claims those that run nowhere. Those that belong to another host it ends when they are idle, and the
 * other one claims them. The claims decide: if two hosts consider an agent theirs, one of them gets it.
 */
export class AgentHost implements AsyncDisposable {
  readonly #parts: HostParts
  readonly #names: ReadonlySet<string>
  readonly #startedAt = Date.now()
  readonly #refused = new Map<string, unknown>()
  readonly #candidates: Candidates
  readonly #roster: HostRoster
  #waiting = 0
  /** Whether some of its agents may belong elsewhere. */
  #mayMove = false
  #retryUntil = 0
  #state: 'open' | 'draining' | 'left' = 'open'
  #working: Promise<void> | undefined
  #isWoken = false
  #timer: NodeJS.Timeout | undefined
  #stopFeed: (() => void) | undefined
  /** Those who wait until it has looked around. */
  readonly #looked = new Set<() => void>()

  /** @internal */
  constructor(parts: HostParts) {
    this.#parts = parts
    this.#candidates = new Candidates(parts.feed.view.agents, parts.definitions)
    this.#roster = new HostRoster(parts.feed.view.agents, parts.options.leaseMs, () => this.entry())
    this.#names = new Set(parts.definitions.map(({ durable }) => durable.name))
  }

  /** Its name among the hosts: machine, process and a few random letters. */
  get id(): string {
    return this.#parts.options.id
  }

  /** The agents that it runs. */
  get agents(): readonly AgentRef[] {
    return this.#running().map(({ ref }) => ref)
  }

  /** Agents of its definitions that run on no host, as it last saw: since all are full, or until one takes them. */
  get waiting(): number {
    return this.#waiting
  }

  /** The agents that it could not resume, and why. Hosts with another version of their definition may. */
  get refused(): ReadonlyMap<string, unknown> {
    return this.#refused
  }

  /** What it tells others of itself. */
  entry(): AgentHostEntry {
    const { id, machine, cap } = this.#parts.options
    const running = this.#running()
    const counted = this.#parts.definitions.map(({ durable: { name, version } }) => {
      return [name, { version, running: running.filter(({ definition }) => definition === name).length }] as const
    })
    return {
      id,
      machine,
      pid: process.pid,
      startedAt: this.#startedAt,
      cap,
      running: running.length,
      isDraining: this.#state !== 'open',
      definitions: Object.fromEntries(counted),
      refused: [...this.#refused.keys()],
    }
  }

  /** @internal Becomes visible, and takes what belongs to it. */
  async start(): Promise<void> {
    await this.#roster.tell()
    this.#hostLost()
    const candidate = (id: string): void => {
      this.#candidates.add(id)
      this.#wake()
    }
    this.#stopFeed = this.#parts.feed.on({
      created: candidate,
      released: (task) => {
        const id = agentOfClaim(task)
        if (id !== undefined) candidate(id)
      },
      hosts: () => {
        this.#roster.mayDiffer()
        this.#wake()
      },
      mayHaveMissed: () => this.#lookAtAll(),
    })
    this.#timer = setInterval(() => this.#wake(), lookMs)
    this.#timer.unref()
  }

  /** @internal Takes no more agents, and tells so. */
  stopTaking(): void {
    if (this.#state !== 'open') return
    this.#state = 'draining'
    this.#wake()
  }

  /**
   * Stops taking agents, and releases each when it is idle, so that another host takes it. Resolves when none is left,
   * or the time is over: then agents at work end here too, and continue elsewhere from what is stored.
   *
   * @param options - `timeoutMs`: how long to wait for agents at work, in milliseconds; 30,000 by default.
   * @throws OptionError
   */
  async drain(options: { readonly timeoutMs?: number } = {}): Promise<void> {
    const { timeoutMs = 30_000 } = requireOptions('drain', options, { timeoutMs: 'any' })
    requireDuration('timeoutMs', timeoutMs, 0)
    this.stopTaking()
    const { promise: over, resolve } = Promise.withResolvers<'over'>()
    const timer = setTimeout(resolve, timeoutMs, 'over')
    while (this.agents.length > 0 && this.#state === 'draining') {
      const looked = new Promise<void>((looks) => this.#looked.add(looks))
      if ((await Promise.race([looked, over])) === 'over') break
    }
    clearTimeout(timer)
    await this.close()
  }

  /** Ends its agents here, which continue elsewhere from their stored state, and stops being a host. Twice does no harm. */
  async close(): Promise<void> {
    await this.leave()
    await Promise.all(this.agents.map((ref) => endHere(ref)))
  }

  /** @internal Is a host no more. Its agents stay as they are. */
  async leave(): Promise<void> {
    if (this.#state === 'left') return
    this.#state = 'left'
    clearInterval(this.#timer)
    this.#stopFeed?.()
    await this.#working
    await this.#roster.leave()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #lookAtAll(): void {
    this.#candidates.addAll()
    this.#roster.mayDiffer()
    this.#wake()
  }

  #wake(): void {
    this.#isWoken = true
    this.#working ??= this.#work()
  }

  async #work(): Promise<void> {
    await Promise.resolve()
    while (this.#isWoken && this.#state !== 'left') {
      this.#isWoken = false
      try {
        await this.#lookAround()
        await this.#take()
        // Before agents are released: others have to know that they do not belong here any longer.
        await this.#roster.tell()
        await this.#handOver()
        await this.#roster.tell()
      } catch (error) {
        this.#candidates.addAll()
        if (!isOutage(error)) warn(error)
      }
      for (const looked of this.#looked) looked()
      this.#looked.clear()
    }
    this.#working = undefined
  }

  /** Finds out who else is there. When that has changed, agents may belong elsewhere. */
  async #lookAround(): Promise<void> {
    const { isChanged, isLost } = await this.#roster.look()
    if (isLost) this.#hostLost()
    if (isChanged) this.#candidates.addAll()
  }

  /** The leases of its agents may outlast it. */
  #hostLost(): void {
    const longestMs = Math.max(0, ...this.#parts.definitions.map(({ durable }) => durable.leaseMs))
    this.#retryFor(longestMs + 2 * lookMs)
    // It may have been the only one that could run these.
    this.#refused.clear()
  }

  #retryFor(ms: number): void {
    this.#retryUntil = Math.max(this.#retryUntil, performance.now() + ms)
  }

  /** Resumes the agents that belong here and run nowhere. */
  async #take(): Promise<void> {
    const { options } = this.#parts
    const running = new Set(this.#running().map(({ ref }) => ref.id))
    const candidates = await this.#findCandidates(running)
    // Of one that was lost here, the host that it belongs to is not told: it moves there when it is idle.
    const isHere = (saved: SavedAgentSummary): boolean =>
      this.#candidates.wasLost(saved.id) || hostOf(saved, this.#roster.hosts)?.id === this.id
    const here = candidates.filter((saved) => !running.has(saved.id) && isHere(saved))
    for (let done = 0; done < here.length && this.#state === 'open'; done += batchSize) {
      const room = options.cap - this.agents.length
      const batch = here.slice(done, done + Math.min(batchSize, Math.max(0, room)))
      if (batch.length < Math.min(batchSize, here.length - done)) this.#candidates.addAll()
      if (batch.length === 0) break
      const { taken, refused } = await this.#parts.resume(batch)
      // Whoever lets one go tells it; the dead don't.
      const isRetried = performance.now() < this.#retryUntil
      for (const id of taken) this.#candidates[isRetried ? 'add' : 'settled'](id)
      for (const { id, error } of refused) {
        this.#candidates[isOutage(error) ? 'add' : 'settled'](id)
        if (!isOutage(error)) this.#refused.set(id, error)
      }
    }
  }

  async #findCandidates(running: ReadonlySet<string>): Promise<readonly SavedAgentSummary[]> {
    // The store may hold a lease a moment longer than this process believed.
    if (this.#candidates.compare(running)) this.#retryFor(2 * lookMs)
    const { saved, isAll } = await this.#candidates.find()
    if (!isAll) return saved
    this.#mayMove = true
    this.#waiting = Math.max(0, saved.length - this.#roster.runningOf(this.#names))
    return saved
  }

  /** Ends agents that belong elsewhere, if they are idle: a few at a time, so that the others keep up. */
  async #handOver(): Promise<void> {
    if (!this.#mayMove && this.#state === 'open') return
    this.#mayMove = false
    const own = this.#roster.hosts.find(({ id }) => id === this.id)
    const room = new Map(this.#roster.hosts.map(({ id, cap, running }) => [id, cap - running]))
    const moving: AgentRef[] = []
    for (const { ref, definition } of this.#running()) {
      const target = hostOf({ id: ref.id, definition }, this.#roster.hosts, own)
      const left = (target && room.get(target.id)) ?? 0
      const isMoving = this.#state === 'draining' || (target && target.id !== this.id && left > 0)
      if (!isMoving) continue
      this.#mayMove = true
      if (!isIdle(ref)) continue
      if (target) room.set(target.id, left - 1)
      moving.push(ref)
      if (moving.length === batchSize) break
    }
    await Promise.all(moving.map((ref) => endHere(ref)))
    this.#candidates.released(moving.map(({ id }) => id))
    if (moving.length === batchSize) this.#isWoken = true
  }

  #running(): readonly RunningAgent[] {
    return this.#parts.running().filter(({ definition }) => this.#names.has(definition))
  }
}
