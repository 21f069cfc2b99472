import type { SceneEvent } from '../protocol/protocol.ts'

type WithoutPosition<Event> = Event extends unknown ? Omit<Event, 'position'> : never

/** An event before it has a position in the stream. */
export type SceneBody = WithoutPosition<SceneEvent>
