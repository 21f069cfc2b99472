import { randomBytes } from 'node:crypto'

import type { Flock } from '@skein/core'
import type { View } from '@skein/memory'
import type { FeedPage, FeedRecord } from '@skein/memory/runtime'

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

/** What a hub works with. */
export interface SceneHubParts {
  /** Of the person who looks on. */
  readonly view: View
  readonly flock: Pick<Flock, 'agent' | 'on'> | undefined
  /** Events kept for clients that are slow or come back. */
  readonly capacity: number
  /** Clients are told at most so often, in milliseconds. */
  readonly frameMs: number
  /** Told of each record that passes while somebody looks on, as it was written. */
  onRecord(record: FeedRecord): void
}

/**
 * All that happens, in one order, for all who look on: one follower of the
 * memory's feed and one listener of the flock, and a ring that both fill.
 *
 * States of the follower
 * - off: nobody looks on. Nothing is read.
 * - on: from the first client until the last one has left. It goes on where it
 *   stopped, or, when that is more than the ring could hold, from the newest
 *   position; {@link SceneHub.feedFrom} says from where the ring is complete,
 *   and what lies before is read from the store by who wants it.
 *
 * The flock is listened to all the time, since nothing else remembers its events.
 */
export class SceneHub {
  readonly view: View
  readonly life: string = BigInt(`0x${randomBytes(8).toString('hex')}`).toString(36)
  readonly ring: EventRing
  readonly #parts: SceneHubParts
  readonly #flock: FlockScene | undefined
  readonly #unlisten: (() => void) | undefined
  readonly #clients = new Set<() => void>()
  readonly #startedAt: number
  readonly #sceneOptions: FeedSceneOptions
  #following: AbortController | undefined
  #starting: Promise<void> = Promise.resolve()
  #seq: number | undefined
  #live = 0
  #feedFrom = 0
  #lost = 0
  #beginnings = 0
  #tick: NodeJS.Timeout | undefined

  constructor(parts: SceneHubParts) {
    const { view, flock, capacity } = parts
    this.#parts = parts
    this.view = view
    this.ring = new EventRing(capacity)
    this.#startedAt = Date.now()
    const { level = 'public', compartments = [] } = view.principal.clearance ?? {}
    this.#flock = flock && new FlockScene(flock, { level, compartments })
    this.#unlisten = flock?.on((event) => {
      const at = Date.now()
      const body = this.#flock?.toScene(event, at)
      if (body) this.#push(0, (this.#live += 1), body)
    })
    this.#sceneOptions = {
      onlooker: view.principal.id,
      isTold: (at) => flock !== undefined && at >= this.#startedAt,
    }
  }

  /** The agents of the flock, those that have ended for a while too. */
  get agents(): readonly AgentRow[] {
    return this.#flock?.agents ?? []
  }

  /** The ring holds all of the feed after this position. */
  get feedFrom(): number {
    return Math.max(this.#feedFrom, this.ring.droppedSeq)
  }

  /** The number of the newest live event. */
  get live(): number {
    return this.#live
  }

  /** Entries of the feed, since the hub was made, that were gone before it came to them. */
  get lost(): number {
    return this.#lost
  }

  /** Resolves when the feed is followed: `onNews` is called soon after there is something new in the ring. */
  async subscribe(onNews: () => void): Promise<() => void> {
    this.#clients.add(onNews)
    this.#starting = this.#starting.then(() => this.#start())
    try {
      await this.#starting
    } catch (error) {
      this.#starting = Promise.resolve()
      this.#unsubscribe(onNews)
      throw error
    }
    return () => this.#unsubscribe(onNews)
  }

  /** How often the feed began anew: positions of before mean nothing after that. */
  get beginnings(): number {
    return this.#beginnings
  }

  /** Events of a page of the feed, with their positions after the live events up to `live`. */
  toEntries(page: FeedPage, live: number): RingEntry[] {
    return page.entries.flatMap((entry) => {
      const position = formatPosition({ seq: entry.seq, live, life: this.life })
      return sceneOfEntry(entry, this.#sceneOptions).map((body) => {
        return { seq: entry.seq, live: 0, event: { position, ...body } }
      })
    })
  }

  close(): void {
    this.#unlisten?.()
    this.#following?.abort()
    clearTimeout(this.#tick)
    this.#clients.clear()
  }

  async #start(): Promise<void> {
    if (this.#following || this.#clients.size === 0) return
    const { feed } = this.view
    const last = await feed.last()
    const isNear = this.#seq !== undefined && last >= this.#seq && last - this.#seq <= this.#parts.capacity / 2
    if (!isNear) this.#feedFrom = last
    const after = isNear ? (this.#seq as number) : last
    this.#seq = after
    const following = new AbortController()
    this.#following = following
    const listener: FollowerListener = {
      page: (page) => this.#take(page),
      lost: (count) => this.#lose(count),
      begunAnew: () => this.#beginAnew(),
    }
    void followFeed(feed, { after, paceMs: this.#parts.frameMs }, listener, following.signal)
  }

  #unsubscribe(onNews: () => void): void {
    this.#clients.delete(onNews)
    if (this.#clients.size > 0) return
    this.#following?.abort()
    this.#following = undefined
    clearTimeout(this.#tick)
    this.#tick = undefined
  }

  #take(page: FeedPage): void {
    for (const entry of page.entries) {
      if (entry.type === 'change' && entry.record?.version === entry.change.version) this.#parts.onRecord(entry.record)
      for (const body of sceneOfEntry(entry, this.#sceneOptions)) this.#push(entry.seq, 0, body)
    }
    this.#seq = page.seq
    // The feed has its pace already: what was read is told at once.
    if (page.entries.length > 0) this.#tell()
  }

  #lose(count: number): void {
    this.#lost += count
    this.#announce()
  }

  #beginAnew(): void {
    this.#beginnings += 1
    this.#seq = 0
    this.#feedFrom = 0
    this.ring.forgetFeed()
    this.#announce()
  }

  #push(seq: number, live: number, body: SceneBody): void {
    const position = formatPosition({ seq: seq || (this.#seq ?? 0), live: this.#live, life: this.life })
    this.ring.push({ seq, live, event: { position, ...body } })
    this.#announce()
  }

  #announce(): void {
    if (this.#clients.size === 0 || this.#tick) return
    this.#tick = setTimeout(() => this.#tell(), this.#parts.frameMs)
  }

  #tell(): void {
    clearTimeout(this.#tick)
    this.#tick = undefined
    for (const onNews of this.#clients) onNews()
  }
}
