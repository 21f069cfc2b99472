import type { Forgotten, Frame, StreamClose, StreamEventName, StreamPosition } from '../../src/protocol/protocol.ts'
import { encodeQuery } from './api.ts'
import type { Connection } from '../state/page-state.ts'

/** Receives what the stream sends. */
export interface StreamListener {
  onFrame(frame: Frame): void
  onForgotten(news: Forgotten): void
  onConnection(state: Connection): void
  onClose(reason: StreamClose): void
  /** The position after which a new stream continues. */
  last(): StreamPosition | undefined
  /** What the page knows of erasures. */
  erasures(): string | undefined
}

const firstRetryMs = 400
const maxRetryMs = 5_000
/** The server sends something at least every 10 s: after this silence, in milliseconds, the connection counts as lost. */
const silenceMs = 25_000

/**
 * Follows the server's stream until the page or the server closes it. Returns a
 * function that closes it.
 *
 * After a cut the browser reconnects by itself with `Last-Event-ID`. When it
 * gives up (the server answered with an error), or the stream is silent for too
 * long, this opens a new stream after the last position, with growing pauses.
 */
export function followStream(listener: StreamListener): () => void {
  let source: EventSource | undefined
  let retryTimer: ReturnType<typeof setTimeout> | undefined
  let silenceTimer: ReturnType<typeof setTimeout> | undefined
  let retryMs = firstRetryMs

  const close = (): void => {
    clearTimeout(retryTimer)
    clearTimeout(silenceTimer)
    source?.close()
  }
  const retry = (): void => {
    listener.onConnection('reconnecting')
    close()
    retryTimer = setTimeout(open, retryMs)
    retryMs = Math.min(retryMs * 2, maxRetryMs)
  }
  const noteAlive = (): void => {
    clearTimeout(silenceTimer)
    silenceTimer = setTimeout(retry, silenceMs)
    listener.onConnection('live')
  }
  const on = (name: StreamEventName, take: (data: unknown) => void): void =>
    source?.addEventListener(name, ({ data }: MessageEvent<string>) => {
      noteAlive()
      take(JSON.parse(data))
    })
  const open = (): void => {
    source = new EventSource(`api/stream?${encodeQuery({ after: listener.last(), erasures: listener.erasures() })}`)
    source.addEventListener('open', () => {
      retryMs = firstRetryMs
      noteAlive()
    })
    on('frame', (frame) => listener.onFrame(frame as Frame))
    on('forgotten', (news) => listener.onForgotten(news as Forgotten))
    on('heartbeat', () => {})
    on('close', (reason) => {
      close()
      listener.onClose(reason as StreamClose)
    })
    source.addEventListener('error', () => {
      clearTimeout(silenceTimer)
      listener.onConnection('reconnecting')
      if (source?.readyState === EventSource.CLOSED) retry()
    })
  }
  open()
  return close
}
