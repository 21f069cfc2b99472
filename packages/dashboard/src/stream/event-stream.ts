import { warn } from '@skein/memory/runtime'
import type { Unsubscribe } from '@skein/memory/runtime'

import type { Forgotten, Frame, Heartbeat, StreamClose, StreamEventName } from '../protocol/protocol.ts'
import type { ParsedPosition } from './position.ts'
import type { SceneHub } from './scene-hub.ts'
import { StreamCursor } from './stream-cursor.ts'
import type { StreamBatch } from './stream-cursor.ts'

/** Bytes buffered for a client that does not read; beyond that nothing more is made for it. */
const maxBufferedBytes = 256 * 1024

/** Options of {@link EventStream}. */
export interface EventStreamOptions {
  readonly hub: SceneHub
  readonly after: ParsedPosition
  /** What the client knows of erasures, see `Session.erasures`; by default that none came since. */
  readonly erasures?: string | undefined
  /** Least time between two frames, in milliseconds. */
  readonly frameMs: number
  /** An idle stream sends a heartbeat after this time, in milliseconds. */
  readonly heartbeatMs: number
  onEnd(stream: EventStream): void
}

/**
 * Sends one client its server-sent events. The client pulls: a frame is made
 * only when its connection takes more, and the ring does not wait for it.
 */
export class EventStream {
  readonly body: ReadableStream<Uint8Array>
  readonly #options: EventStreamOptions
  readonly #cursor: StreamCursor
  readonly #encoder = new TextEncoder()
  readonly #started = Promise.withResolvers<void>()
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined
  #unsubscribe: Unsubscribe | undefined
  #wake: (() => void) | undefined
  #hasNews = true
  #lastFrameAt = 0
  #lastReadAt = performance.now()
  #hasEnded = false
  /** What the client was last told of erasures. */
  #told: string

  constructor(options: EventStreamOptions) {
    this.#options = options
    this.#told = options.erasures ?? options.hub.erasures.mark
    this.#cursor = new StreamCursor(options.hub, options.after)
    this.body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller
          // Opens the stream at once, and sets how soon the browser reconnects when it breaks.
          controller.enqueue(this.#encoder.encode('retry: 1000\n\n'))
          // The ring is incomplete until the hub follows the feed.
          return this.#started.promise
        },
        pull: (controller) => this.#pull(controller),
        cancel: () => this.#end(),
      },
      new ByteLengthQueuingStrategy({ highWaterMark: maxBufferedBytes }),
    )
  }

  /** When the client last took something, by `performance.now()`. */
  get lastReadAt(): number {
    return this.#lastReadAt
  }

  /** Subscribes to the hub. @throws StoreError */
  async start(): Promise<void> {
    const unsubscribe = await this.#options.hub.subscribe(() => this.#noteNews())
    if (this.#hasEnded) unsubscribe()
    else this.#unsubscribe = unsubscribe
    this.#started.resolve()
  }

  /** Ends the stream with a reason; the connection of a client that does not read is cut. */
  close(reason: StreamClose): void {
    if (this.#hasEnded) return
    const controller = this.#controller
    const isBlocked = (controller?.desiredSize ?? 0) <= 0
    this.#end()
    if (isBlocked) {
      controller?.error(new Error(reason.reason))
      return
    }
    controller?.enqueue(this.#encode('close', reason))
    controller?.close()
  }

  async #pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    this.#lastReadAt = performance.now()
    try {
      const chunk = await this.#next()
      if (chunk && !this.#hasEnded) controller.enqueue(chunk)
    } catch (error) {
      if (this.#hasEnded) return
      this.#end()
      warn(error)
      // The client reconnects after its last position.
      controller.error(error)
    }
  }

  async #next(): Promise<Uint8Array | undefined> {
    const { heartbeatMs, frameMs } = this.#options
    const heartbeatAt = performance.now() + heartbeatMs
    while (!this.#hasEnded) {
      const waitMs = this.#lastFrameAt + frameMs - performance.now()
      if (waitMs > 0) await this.#pause(waitMs)
      if (this.#hasEnded) return undefined
      this.#hasNews = false
      const { mark } = this.#options.hub.erasures
      if (mark !== this.#told) {
        this.#told = mark
        return this.#encode('forgotten', { erasures: mark })
      }
      const batch = await this.#cursor.next()
      if (batch.events.length > 0 || batch.dropped > 0) return this.#frame(batch)
      if (performance.now() >= heartbeatAt) return this.#encode('heartbeat', { now: Date.now() })
      if (!this.#hasNews) await this.#untilNews(heartbeatAt - performance.now())
    }
    return undefined
  }

  #frame({ events, dropped, position }: StreamBatch): Uint8Array {
    this.#lastFrameAt = performance.now()
    return this.#encode('frame', { events, dropped, now: Date.now() }, position)
  }

  #encode(name: StreamEventName, data: Forgotten | Frame | Heartbeat | StreamClose, id?: string): Uint8Array {
    const idLine = id === undefined ? '' : `id: ${id}\n`
    // JSON text holds no line breaks, so one `data` line suffices.
    return this.#encoder.encode(`event: ${name}\n${idLine}data: ${JSON.stringify(data)}\n\n`)
  }

  #noteNews(): void {
    this.#hasNews = true
    this.#wake?.()
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, ms))
  }

  async #untilNews(timeoutMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    await new Promise<void>((resolve) => {
      this.#wake = resolve
      timer = setTimeout(resolve, Math.max(0, timeoutMs))
    })
    clearTimeout(timer)
    this.#wake = undefined
  }

  #end(): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.#unsubscribe?.()
    this.#wake?.()
    this.#options.onEnd(this)
  }
}
