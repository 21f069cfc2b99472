import type { Beat, Bye, Frame } from '../protocol/protocol.ts'
import type { SceneHub } from './scene-hub.ts'
import { StreamCursor } from './stream-cursor.ts'
import type { Told } from './stream-cursor.ts'
import type { Place } from './position.ts'

/** Bytes that wait for a client that does not read, before it is told no more until it does. */
const mostWaiting = 256 * 1024

/** What a stream works with. */
export interface EventStreamParts {
  readonly hub: SceneHub
  readonly after: Place
  /** Frames come at most so often, in milliseconds. */
  readonly frameMs: number
  /** A calm stream says so after this, in milliseconds. */
  readonly beatMs: number
  onEnd(stream: EventStream): void
}

/**
 * One client's server-sent events. The client pulls: what it does not read is
 * not made, and the ring goes on without it.
 */
export class EventStream {
  readonly body: ReadableStream<Uint8Array>
  readonly #parts: EventStreamParts
  readonly #cursor: StreamCursor
  readonly #encoder = new TextEncoder()
  readonly #begun = Promise.withResolvers<void>()
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined
  #unsubscribe: (() => void) | undefined
  #wake: (() => void) | undefined
  #hasNews = true
  #frameAt = 0
  #readAt = performance.now()
  #isOver = false

  constructor(parts: EventStreamParts) {
    this.#parts = parts
    this.#cursor = new StreamCursor(parts.hub, parts.after)
    this.body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller
          // Says at once that it is open, and how soon to come back when it breaks.
          controller.enqueue(this.#encoder.encode('retry: 1000\n\n'))
          // The ring says nothing before the feed is followed.
          return this.#begun.promise
        },
        pull: (controller) => this.#pull(controller),
        cancel: () => this.#end(),
      },
      new ByteLengthQueuingStrategy({ highWaterMark: mostWaiting }),
    )
  }

  /** When the client was last seen reading, by `performance.now()`. */
  get readAt(): number {
    return this.#readAt
  }

  /** Follows the hub from now on. @throws StoreError */
  async begin(): Promise<void> {
    const unsubscribe = await this.#parts.hub.subscribe(() => this.#noteNews())
    if (this.#isOver) unsubscribe()
    else this.#unsubscribe = unsubscribe
    this.#begun.resolve()
  }

  /** Ends the stream, saying why; a client that does not even read is cut off. */
  close(bye: Bye): void {
    if (this.#isOver) return
    const controller = this.#controller
    const isBlocked = (controller?.desiredSize ?? 0) <= 0
    this.#end()
    if (isBlocked) {
      controller?.error(new Error(bye.reason))
      return
    }
    controller?.enqueue(this.#encode('bye', bye))
    controller?.close()
  }

  async #pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    this.#readAt = performance.now()
    try {
      const chunk = await this.#next()
      if (chunk && !this.#isOver) controller.enqueue(chunk)
    } catch (error) {
      if (this.#isOver) return
      this.#end()
      process.emitWarning(error instanceof Error ? error : String(error))
      // The client comes back, from where it was.
      controller.error(error)
    }
  }

  async #next(): Promise<Uint8Array | undefined> {
    const { beatMs, frameMs } = this.#parts
    const beatAt = performance.now() + beatMs
    while (!this.#isOver) {
      const leftMs = Math.max(0, this.#frameAt + frameMs - performance.now())
      if (leftMs > 0) await this.#pause(leftMs)
      if (this.#isOver) return undefined
      this.#hasNews = false
      const told = await this.#cursor.next()
      if (told.events.length > 0 || told.dropped > 0) return this.#frame(told)
      if (performance.now() >= beatAt) return this.#encode('beat', { now: Date.now() } satisfies Beat)
      if (!this.#hasNews) await this.#untilNews(beatAt - performance.now())
    }
    return undefined
  }

  #frame({ events, dropped, position }: Told): Uint8Array {
    this.#frameAt = performance.now()
    const frame: Frame = { events, dropped, now: Date.now() }
    return this.#encode('frame', frame, position)
  }

  #encode(event: string, data: Frame | Beat | Bye, id?: string): Uint8Array {
    const head = id === undefined ? '' : `id: ${id}\n`
    // JSON holds no line ends, so one line carries it all.
    return this.#encoder.encode(`event: ${event}\n${head}data: ${JSON.stringify(data)}\n\n`)
  }

  #noteNews(): void {
    this.#hasNews = true
    this.#wake?.()
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, ms))
  }

  async #untilNews(patienceMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    await new Promise<void>((resolve) => {
      this.#wake = resolve
      timer = setTimeout(resolve, Math.max(0, patienceMs))
    })
    clearTimeout(timer)
    this.#wake = undefined
  }

  #end(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#unsubscribe?.()
    this.#wake?.()
    this.#parts.onEnd(this)
  }
}
