import { EventStream } from './event-stream.ts'
import type { Place } from './position.ts'
import type { SceneHub } from './scene-hub.ts'

/** How many streams there may be, and how they tell. */
export interface StreamDeskOptions {
  readonly maxStreams: number
  readonly frameMs: number
  readonly beatMs: number
}

/** Opens streams, no more than it may: for a new one the one that was read the longest ago is closed. */
export class StreamDesk {
  readonly #hub: SceneHub
  readonly #options: StreamDeskOptions
  readonly #streams = new Set<EventStream>()

  constructor(hub: SceneHub, options: StreamDeskOptions) {
    this.#hub = hub
    this.#options = options
  }

  /** Streams that are open. */
  get size(): number {
    return this.#streams.size
  }

  /** @throws StoreError */
  async open(after: Place): Promise<ReadableStream<Uint8Array>> {
    const { frameMs, beatMs, maxStreams } = this.#options
    const onEnd = (ended: EventStream): void => void this.#streams.delete(ended)
    const stream = new EventStream({ hub: this.#hub, after, frameMs, beatMs, onEnd })
    this.#streams.add(stream)
    while (this.#streams.size > maxStreams) this.#closeIdlest()
    try {
      await stream.begin()
    } catch (error) {
      this.#streams.delete(stream)
      throw error
    }
    return stream.body
  }

  close(): void {
    for (const stream of this.#streams) stream.close({ code: 'closing', reason: 'The dashboard was closed.' })
  }

  #closeIdlest(): void {
    // In the order of opening: of those that were read at the same time the oldest goes.
    const [first, ...rest] = this.#streams
    if (!first) return
    const idlest = rest.reduce((idle, stream) => (stream.readAt < idle.readAt ? stream : idle), first)
    idlest.close({
      code: 'too-many-streams',
      reason: `More than ${this.#options.maxStreams} pages look on: the one that was idle the longest was closed.`,
    })
  }
}
