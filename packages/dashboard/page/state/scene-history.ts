import type { SceneEvent, StreamPosition } from '../../src/protocol/protocol.ts'
import { applyEvent } from './apply-event.ts'
import { copyScene, emptyScene } from './scene.ts'
import type { Scene } from './scene.ts'

interface Snapshot {
  /** How many of the kept events are folded into it. */
  readonly index: number
  readonly scene: Scene
}

/** Options of {@link SceneHistory}. */
export interface HistoryOptions {
  /** @defaultValue 200_000 */
  readonly maxEvents?: number
  /** Events between two snapshots. @defaultValue 4_000 */
  readonly stride?: number
}

/**
 * Keeps the events that this page received, and computes the scene at any moment.
 *
 * A moment is an index: the number of events before it. Going forward folds the
 * events in between; going back starts at the last snapshot before. When there
 * are too many events, the oldest quarter is folded into the first snapshot and
 * dropped.
 */
export class SceneHistory {
  readonly #maxEvents: number
  readonly #stride: number
  #head: Scene = emptyScene()
  readonly #seen = new Set<StreamPosition>()
  #events: SceneEvent[] = []
  #snapshots: Snapshot[] = [{ index: 0, scene: emptyScene() }]
  #cursor: { index: number; scene: Scene } | undefined
  #forgotten = 0

  constructor({ maxEvents = 200_000, stride = 4_000 }: HistoryOptions = {}) {
    this.#maxEvents = maxEvents
    this.#stride = stride
  }

  /** The newest scene. It keeps changing. */
  get head(): Scene {
    return this.#head
  }

  /** The number of events kept; indexes range from 0 to it. */
  get length(): number {
    return this.#events.length
  }

  /** The number of events dropped. */
  get forgotten(): number {
    return this.#forgotten
  }

  get events(): readonly SceneEvent[] {
    return this.#events
  }

  /** The position of the newest event. */
  get last(): StreamPosition | undefined {
    return this.#events.at(-1)?.position
  }

  /** Adds events in order, skipping known ones. Returns the new ones. */
  append(events: readonly SceneEvent[]): readonly SceneEvent[] {
    const fresh = events.filter(({ position }) => !this.#seen.has(position))
    for (const event of fresh) {
      this.#seen.add(event.position)
      this.#events.push(event)
      applyEvent(this.#head, event)
      if (this.#events.length % this.#stride === 0) {
        this.#snapshots.push({ index: this.#events.length, scene: copyScene(this.#head) })
      }
    }
    if (this.#events.length > this.#maxEvents) this.#forget(Math.ceil(this.#maxEvents / 4))
    return fresh
  }

  /** Drops everything. */
  clear(): void {
    this.#head = emptyScene()
    this.#seen.clear()
    this.#events = []
    this.#snapshots = [{ index: 0, scene: emptyScene() }]
    this.#cursor = undefined
    this.#forgotten = 0
  }

  /** The scene after the first `index` events that are kept. */
  at(index: number): Scene {
    if (index >= this.#events.length) return this.#head
    const snapshot = this.#snapshots.findLast((one) => one.index <= index)
    if (!snapshot) return emptyScene()
    const isNear = this.#cursor && this.#cursor.index <= index && this.#cursor.index >= snapshot.index
    const from = (isNear && this.#cursor) || { index: snapshot.index, scene: copyScene(snapshot.scene) }
    for (let next = from.index; next < index; next += 1) {
      const event = this.#events[next]
      if (event) applyEvent(from.scene, event)
    }
    from.index = index
    this.#cursor = from
    return from.scene
  }

  /** The number of kept events up to a time. */
  indexAt(time: number): number {
    let low = 0
    let high = this.#events.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#events[middle]?.at ?? 0) <= time) low = middle + 1
      else high = middle
    }
    return low
  }

  #forget(atLeast: number): void {
    const first = this.#snapshots.find(({ index }) => index >= atLeast)
    if (!first) return
    for (const { position } of this.#events.slice(0, first.index)) this.#seen.delete(position)
    this.#events = this.#events.slice(first.index)
    this.#snapshots = this.#snapshots
      .filter(({ index }) => index >= first.index)
      .map(({ index, scene }) => ({ index: index - first.index, scene }))
    this.#forgotten += first.index
    this.#cursor = undefined
  }
}
