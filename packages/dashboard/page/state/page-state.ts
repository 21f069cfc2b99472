import { signal } from '@preact/signals'

import type { Bye, Frame, SceneEvent, Session } from '../../src/protocol/protocol.ts'
import { SceneHistory } from './scene-history.ts'
import type { Scene } from './scene.ts'
import { Tracks } from './tracks.ts'
import type { Connection } from '../server/event-stream.ts'

/** Text on the page follows the scene at most so often, in milliseconds; drawings follow each frame. */
const settleMs = 250

export const history = new SceneHistory()
export const tracks = new Tracks()

export const connection = signal<Connection>('loading')
export const session = signal<Session | undefined>(undefined)
/** What keeps the page from showing anything. */
export const trouble = signal<string | undefined>(undefined)
/** What the server said when it closed the stream. */
export const parting = signal<Bye | undefined>(undefined)
/** Events that the server left out for this client. */
export const dropped = signal(0)
/** Whether the feed no longer reached back to its beginning. */
export const isTrimmed = signal(false)
/** How many events have happened at the moment that is shown; the present when undefined. */
export const moment = signal<number | undefined>(undefined)
/** The time that is shown in a replay. */
export const replayTime = signal(0)
/** Grows with every change of what is shown: for drawings. */
export const pulse = signal(0)
/** Grows with it, but not so often: for text. */
export const revision = signal(0)

/** How long a run that was exported takes to come to rest, in milliseconds. */
const restMs = 20_000

let skew = 0
let settling: ReturnType<typeof setTimeout> | undefined

/** The scene at the moment that is shown. */
export function sceneShown(): Scene {
  return moment.peek() === undefined ? history.head : history.at(moment.peek() ?? 0)
}

/** The time of the moment that is shown, by the server's clock. */
export function timeShown(): number {
  if (moment.peek() !== undefined) return replayTime.peek()
  if (connection.peek() !== 'file') return Date.now() + skew
  // The end of a run comes to rest, as it did; then time stands still.
  return history.head.at + Math.min(performance.now(), restMs)
}

/** The scene for text: reading it in a component renders that again when it changed. */
export function useScene(): Scene {
  void revision.value
  return sceneShown()
}

/** Takes in what the server, or the file, tells. */
export function takeEvents(events: readonly SceneEvent[]): void {
  tracks.add(history.append(events))
  changed()
}

/** Takes in a frame of the stream. */
export function takeFrame({ events, dropped: lost, now }: Frame): void {
  skew = now - Date.now()
  if (lost > 0) dropped.value += lost
  takeEvents(events)
}

/** Shows another moment; the present when it is undefined. */
export function showMoment(to: number | undefined, at?: number): void {
  moment.value = to
  if (to !== undefined) replayTime.value = at ?? history.events[Math.max(0, to - 1)]?.at ?? 0
  changed()
}

function changed(): void {
  pulse.value += 1
  settling ??= setTimeout(() => {
    settling = undefined
    revision.value += 1
  }, settleMs)
}
