import { randomBytes } from 'node:crypto'

import type { Flock } from '@skein/core'
import type { View } from '@skein/memory'
import { Emitter } from '@skein/memory/runtime'
import type { FeedPage, FeedRecord, Unsubscribe } from '@skein/memory/runtime'

import type { ErasureWatch } from '../kept/erasure-watch.ts'
import type { AgentRow } from '../protocol/protocol.ts'
import { EventRing } from './event-ring.ts'
import type { RingEntry } from './event-ring.ts'
import { followFeed } from './feed-follower.ts'
import type { FollowerListener } from './feed-follower.ts'
import { sceneOfEntry } from './feed-scene.ts'
import type { FeedSceneOptions } from './feed-scene.ts'
import { FlockScene } from './flock-scene.ts'
import { formatPosition } from './position.ts'
import type { SceneBody } from './scene-body.ts'

/** Options of {@link SceneHub}. */
export interface SceneHubOptions {
  /** The view of the dashboard's principal. */
  readonly view: View
  readonly flock: Pick<Flock, 'activityTitle' | 'agent' | 'agents' | 'on'> | undefined
  readonly erasures: ErasureWatch
  /** Events buffered for clients that are slow or reconnect. */
  readonly capacity: number
  /** Least time between two notifications of clients, in milliseconds. */
  readonly frameMs: number
  /** Receives each record as it was written, while a client is connected. */
  onRecord(record: FeedRecord): void
}

/**
 * Collects all events in one order for all clients: one follower of the memory's
 * feed and one listener of the flock fill one ring.
 *
 * States of the follower
 * - off: without clients. Nothing is read.
 * - on: while there are clients. It continues where it stopped, or at the newest
 *   position if the ring could not hold what came in between.
 *   {@link SceneHub.feedFrom} says from which position the ring is complete;
 *   clients read what lies before from the store.
 *
 * The hub always listens to the flock, whose events are stored nowhere else.
 */
export class SceneHub {
  readonly view: View
  /** Identifies this server start in positions. */
  readonly bootId: string = BigInt(`0x${randomBytes(8).toString('hex')}`).toString(36)
  readonly ring: EventRing
  readonly erasures: ErasureWatch
  readonly #options: SceneHubOptions
  readonly #flockScene: FlockScene | undefined
  readonly #stops: readonly Unsubscribe[]
  readonly #clients = new Emitter<{ news: undefined }>()
  readonly #startedAt: number
  readonly #sceneOptions: FeedSceneOptions
  #following: AbortController | undefined
  #starting: Promise<void> = Promise.resolve()
  #seq: number | undefined
  #liveSeq = 0
  #feedFrom = 0
  #missed = 0
  #feedGeneration = 0
  #forgotten = 0
  #notifyTimer: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(options: SceneHubOptions) {
    const { view, flock, capacity, erasures } = options
    this.#options = options
    this.view = view
    this.erasures = erasures
    this.ring = new EventRing(capacity)
    this.#startedAt = Date.now()
    const { level = 'public', compartments = [] } = view.principal.clearance ?? {}
    this.#flockScene = flock && new FlockScene(flock, { level, compartments })
    const stopListening = flock?.on((event) => {
      const body = this.#flockScene?.toScene(event, Date.now())
      if (body) this.#push(0, (this.#liveSeq += 1), body)
    })
    this.#stops = [erasures.onErasure(() => this.#forget()), ...(stopListening ? [stopListening] : [])]
    this.#sceneOptions = {
      viewerId: view.principal.id,
      isReportedByFlock: (at) => flock !== undefined && at >= this.#startedAt,
    }
    if (flock) this.#tellOf(flock.agents.slice(-capacity / 2))
  }

  /** Tells of agents that were spawned before. */
  #tellOf(agents: Flock['agents']): void {
    for (const { id: agent, role, state } of agents) {
      const type = state === 'paused' ? 'agent.paused' : 'agent.spawned'
      const body = this.#flockScene?.toScene({ type, agent, role }, this.#startedAt)
      if (body) this.#push(0, (this.#liveSeq += 1), body)
    }
  }

  /** The flock's agents, including the latest that have ended. */
  get agents(): readonly AgentRow[] {
    return this.#flockScene?.agents ?? []
  }

  /** The ring holds all of the feed after this position. */
  get feedFrom(): number {
    return Math.max(this.#feedFrom, this.ring.droppedSeq)
  }

  /** The number of the newest live event. */
  get liveSeq(): number {
    return this.#liveSeq
  }

  /** Entries that the feed dropped before the hub read them, since the hub was made. */
  get missed(): number {
    return this.#missed
  }

  /** Counts resets of the feed: a reset invalidates all earlier positions. */
  get feedGeneration(): number {
    return this.#feedGeneration
  }

  /** Counts erasures: after each, the ring lacks what {@link SceneHub.feedFrom} says, also for clients that were in it. */
  get forgotten(): number {
    return this.#forgotten
  }

  /**
   * Calls back soon after new events are in the ring. Resolves when the hub follows the feed.
   *
   * @throws StoreError
   */
  async subscribe(onNews: () => void): Promise<Unsubscribe> {
    const remove = this.#clients.on('news', onNews)
    const unsubscribe = (): void => {
      remove()
      if (this.#clientCount === 0) this.#stop()
    }
    this.#starting = this.#starting.then(() => this.#start())
    try {
      await this.#starting
    } catch (error) {
      this.#starting = Promise.resolve()
      unsubscribe()
      throw error
    }
    return unsubscribe
  }

  /** Converts a page of the feed to events positioned after the live event `liveSeq`. */
  toEntries(page: FeedPage, liveSeq: number): RingEntry[] {
    return page.entries.flatMap((entry) => {
      const position = formatPosition({ seq: entry.seq, liveSeq, bootId: this.bootId })
      return sceneOfEntry(entry, this.#sceneOptions).map((body) => {
        return { seq: entry.seq, liveSeq: 0, event: { position, ...body } }
      })
    })
  }

  /** Stops listening to the flock and following the feed. */
  close(): void {
    this.#isClosed = true
    for (const stop of this.#stops) stop()
    this.#stop()
  }

  get #clientCount(): number {
    return this.#clients.listenerCount('news')
  }

  async #start(): Promise<void> {
    if (this.#isClosed || this.#following || this.#clientCount === 0) return
    const { capacity, frameMs } = this.#options
    const { feed } = this.view
    const last = await feed.last()
    const canContinue = this.#seq !== undefined && last >= this.#seq && last - this.#seq <= capacity / 2
    if (!canContinue) this.#feedFrom = last
    const after = canContinue ? (this.#seq as number) : last
    this.#seq = after
    const following = new AbortController()
    this.#following = following
    const listener: FollowerListener = {
      onPage: (page) => this.#addPage(page),
      onTrimmed: (count) => this.#addMissed(count),
      onReset: () => this.#resetFeed(),
    }
    void followFeed(feed, { after, minIntervalMs: frameMs }, listener, following.signal)
  }

  #stop(): void {
    this.#following?.abort()
    this.#following = undefined
    clearTimeout(this.#notifyTimer)
    this.#notifyTimer = undefined
  }

  #addPage(page: FeedPage): void {
    for (const entry of page.entries) {
      if (entry.type === 'change' && entry.record?.version === entry.change.version) {
        this.#options.onRecord(entry.record)
      }
      for (const body of sceneOfEntry(entry, this.#sceneOptions)) this.#push(entry.seq, 0, body)
    }
    this.#seq = page.seq
    // The follower limits the rate already.
    if (page.entries.length > 0) this.#notify()
  }

  #addMissed(count: number): void {
    this.#missed += count
    this.#notifySoon()
  }

  #resetFeed(): void {
    this.#feedGeneration += 1
    this.#seq = 0
    this.#feedFrom = 0
    this.ring.resetFeed()
    this.#notifySoon()
  }

  #forget(): void {
    this.#forgotten += 1
    this.#feedFrom = Math.max(this.#feedFrom, this.#seq ?? 0)
    this.ring.forget()
    this.#flockScene?.forget()
    // Clients tell their pages.
    this.#notify()
  }

  #push(seq: number, liveSeq: number, body: SceneBody): void {
    const position = formatPosition({ seq: seq || (this.#seq ?? 0), liveSeq: this.#liveSeq, bootId: this.bootId })
    this.ring.push({ seq, liveSeq, event: { position, ...body } })
    this.#notifySoon()
  }

  #notifySoon(): void {
    if (this.#clientCount === 0 || this.#notifyTimer) return
    this.#notifyTimer = setTimeout(() => this.#notify(), this.#options.frameMs)
  }

  #notify(): void {
    clearTimeout(this.#notifyTimer)
    this.#notifyTimer = undefined
    this.#clients.emit('news', undefined)
  }
}
