import { EventStream } from './event-stream.ts'
import type { ParsedPosition } from './position.ts'
import type { SceneHub } from './scene-hub.ts'

/** Options of {@link StreamRegistry}. */
export interface StreamRegistryOptions {
  readonly maxStreams: number
  /** Least time between two frames of a stream, in milliseconds. */
  readonly frameMs: number
  /** An idle stream sends a heartbeat after this time, in milliseconds. */
  readonly heartbeatMs: number
}

/** Keeps the open streams within their limit: a new one closes the stream that has been idle longest. */
export class StreamRegistry {
  readonly #hub: SceneHub
  readonly #options: StreamRegistryOptions
  readonly #streams = new Set<EventStream>()

  constructor(hub: SceneHub, options: StreamRegistryOptions) {
    this.#hub = hub
    this.#options = options
  }

  /** The number of open streams. */
  get size(): number {
    return this.#streams.size
  }

  /**
   * Opens a stream after a position.
   *
   * @param erasures - What the client knows of erasures, see `Session.erasures`.
   * @throws StoreError
   */
  async open(after: ParsedPosition, erasures?: string): Promise<ReadableStream<Uint8Array>> {
    const { frameMs, heartbeatMs, maxStreams } = this.#options
    const onEnd = (ended: EventStream): void => void this.#streams.delete(ended)
    const stream = new EventStream({ hub: this.#hub, after, erasures, frameMs, heartbeatMs, onEnd })
    this.#streams.add(stream)
    while (this.#streams.size > maxStreams) this.#closeIdlest()
    try {
      await stream.start()
    } catch (error) {
      this.#streams.delete(stream)
      throw error
    }
    return stream.body
  }

  /** Closes all streams. */
  close(): void {
    for (const stream of this.#streams) stream.close({ code: 'closing', reason: 'The dashboard was closed.' })
  }

  #closeIdlest(): void {
    // The set is in order of opening, so among equally idle streams the oldest is closed.
    const [first, ...rest] = this.#streams
    if (!first) return
    const idlest = rest.reduce((idle, stream) => (stream.lastReadAt < idle.lastReadAt ? stream : idle), first)
    idlest.close({
      code: 'too-many-streams',
      reason: `More than ${this.#options.maxStreams} pages are open, so the one that was idle longest was disconnected.`,
    })
  }
}
