import { signal } from '@preact/signals'

import type { Frame, SceneEvent, Session, StreamClose } from '../../src/protocol/protocol.ts'
import { onForgotten } from './forgetting.ts'
import { SceneHistory } from './scene-history.ts'
import type { Scene } from './scene.ts'
import { Tracks } from './tracks.ts'
import { restingMs } from './agent-status.ts'

/** The state of the page's connection; `file` for an exported run. */
export type Connection = 'loading' | 'live' | 'reconnecting' | 'ended' | 'file'

/** Least time between two updates of text, in milliseconds; drawings update with each frame. */
const textUpdateMs = 250

export const history = new SceneHistory()
export const tracks = new Tracks()

export const connection = signal<Connection>('loading')
export const session = signal<Session | undefined>(undefined)
/** The error that keeps the page from showing anything. */
export const pageError = signal<string | undefined>(undefined)
/** Why the server closed the stream, until the page reconnects. */
export const streamClose = signal<StreamClose | undefined>(undefined)
/** Events that this page missed for good. */
export const dropped = signal(0)
/** Whether the feed no longer reached back to its beginning. */
export const isTrimmed = signal(false)
/** The index in `history` that a replay shows; `undefined` for the present. */
export const replayIndex = signal<number | undefined>(undefined)
/** The time that a replay shows. */
export const replayTime = signal(0)
/** Grows with every change of the scene that is shown: drawings depend on it. */
export const paintRevision = signal(0)
/** Grows with it, at a lower rate: text depends on it. */
export const textRevision = signal(0)

/** After opening an exported run, its clock stops at this time, in milliseconds. */
const exportedClockMs = 20_000

let clockSkewMs = 0
let textTimer: ReturnType<typeof setTimeout> | undefined
let restTimer: ReturnType<typeof setTimeout> | undefined

/** The scene at the moment that is shown. */
export function sceneShown(): Scene {
  return replayIndex.peek() === undefined ? history.head : history.at(replayIndex.peek() ?? 0)
}

/** The time of the moment that is shown, by the server's clock. */
export function timeShown(): number {
  if (replayIndex.peek() !== undefined) return replayTime.peek()
  if (connection.peek() !== 'file') return Date.now() + clockSkewMs
  // Time passes until the drawings have settled, then stops.
  return history.head.at + Math.min(performance.now(), exportedClockMs)
}

/** The scene for text: a component that calls it renders again when the scene changes. */
export function useScene(): Scene {
  void textRevision.value
  return sceneShown()
}

/** Adds events from the server or the exported file. */
export function takeEvents(events: readonly SceneEvent[]): void {
  tracks.add(history.append(events))
  noteChange()
}

/** Adds a frame of the stream. */
export function takeFrame(frame: Frame): void {
  clockSkewMs = frame.now - Date.now()
  if (frame.dropped > 0) dropped.value += frame.dropped
  takeEvents(frame.events)
}

/** Shows the moment at an index, and optionally a time after it; the present for `undefined`. */
export function showAt(index: number | undefined, time?: number): void {
  replayIndex.value = index
  if (index !== undefined) replayTime.value = time ?? history.events[Math.max(0, index - 1)]?.at ?? 0
  noteChange()
}

onForgotten(() => {
  history.clear()
  tracks.clear()
  showAt(undefined)
})

function noteChange(): void {
  paintRevision.value += 1
  // Agents come to rest without any event that says so.
  clearTimeout(restTimer)
  restTimer = setTimeout(() => (textRevision.value += 1), restingMs + 100)
  textTimer ??= setTimeout(() => {
    textTimer = undefined
    textRevision.value += 1
  }, textUpdateMs)
}
