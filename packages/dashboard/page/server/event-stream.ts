import type { Bye, Frame, StreamEventName, StreamPosition } from '../../src/protocol/protocol.ts'

/** How the page stands with the server. */
export type Connection = 'loading' | 'live' | 'reconnecting' | 'ended' | 'file'

/** Who is told what comes over the stream. */
export interface StreamListener {
  frame(frame: Frame): void
  connection(state: Connection): void
  bye(bye: Bye): void
  /** The position to go on from. */
  last(): StreamPosition | undefined
}

const firstPauseMs = 400
const longestPauseMs = 5_000
/** The server says something every 10 s: who is silent for so long is lost. */
const silenceMs = 25_000

/**
 * Follows the server's stream for as long as the page is open, or until the
 * server says goodbye.
 *
 * The browser reconnects by itself with `Last-Event-ID` after a cut; when it
 * gives up (the server answered with an error), or nothing was heard for too
 * long, a new stream is opened after the last position, with growing pauses.
 */
export function followStream(listener: StreamListener): () => void {
  let source: EventSource | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let watch: ReturnType<typeof setTimeout> | undefined
  let pauseMs = firstPauseMs

  const close = (): void => {
    clearTimeout(timer)
    clearTimeout(watch)
    source?.close()
  }
  const retry = (): void => {
    listener.connection('reconnecting')
    close()
    timer = setTimeout(open, pauseMs)
    pauseMs = Math.min(pauseMs * 2, longestPauseMs)
  }
  const heard = (): void => {
    clearTimeout(watch)
    watch = setTimeout(retry, silenceMs)
    listener.connection('live')
  }
  const on = (name: StreamEventName, take: (data: unknown) => void): void =>
    source?.addEventListener(name, ({ data }: MessageEvent<string>) => {
      heard()
      take(JSON.parse(data))
    })
  const open = (): void => {
    const after = listener.last()
    source = new EventSource(`api/stream${after === undefined ? '' : `?after=${encodeURIComponent(after)}`}`)
    source.addEventListener('open', () => {
      pauseMs = firstPauseMs
      heard()
    })
    on('frame', (frame) => listener.frame(frame as Frame))
    on('beat', () => {})
    on('bye', (bye) => {
      close()
      listener.bye(bye as Bye)
    })
    source.addEventListener('error', () => {
      clearTimeout(watch)
      listener.connection('reconnecting')
      if (source?.readyState === EventSource.CLOSED) retry()
    })
  }
  open()
  return close
}
