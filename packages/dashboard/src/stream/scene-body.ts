import type { SceneEvent } from '../protocol/protocol.ts'

type WithoutPosition<Event> = Event extends unknown ? Omit<Event, 'position'> : never

/** An event that has no place in the stream yet. */
export type SceneBody = WithoutPosition<SceneEvent>
