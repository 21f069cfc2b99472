import type { SceneEvent } from './scene-event.ts'

/**
 * The server-sent events of the stream, by name:
 *
 * - `frame`: a {@link Frame}; its `id` is the position of its last event.
 * - `forgotten`: a {@link Forgotten}: records were forgotten since the client asked for its session. It drops what it has
 *   kept, titles of events included, and loads again what it needs. Who opens the stream with `?erasures=`, as its
 *   session told, also hears of erasures from before.
 * - `heartbeat`: a {@link Heartbeat} after 10 s without events, so that a page can tell an idle flock from a lost server.
 * - `close`: a {@link StreamClose}: the server closes this stream for good. The page closes its `EventSource`, which
 *   would otherwise reconnect, shows the reason, and reconnects when the viewer asks for it.
 */
export type StreamEventName = 'frame' | 'forgotten' | 'heartbeat' | 'close'

/** Several events at once; the server sends at most one frame every 100 ms. */
export interface Frame {
  readonly events: readonly SceneEvent[]
  /** Events since the last frame that this client missed for good, because it was too slow or reconnected too late. */
  readonly dropped: number
  /** The server's time, Unix milliseconds. */
  readonly now: number
}

/** Records were forgotten. */
export interface Forgotten {
  /** See `Session.erasures`. */
  readonly erasures: string
}

/** The stream is open, and nothing happened. */
export interface Heartbeat {
  /** The server's time, Unix milliseconds. */
  readonly now: number
}

/** Why the server closes a stream. */
export interface StreamClose {
  readonly code: 'too-many-streams' | 'closing'
  /** For people. */
  readonly reason: string
}
