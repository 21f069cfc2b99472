import { signal } from '@preact/signals'

import { history, replayIndex, replayTime, showAt } from '../state/page-state.ts'

/** Factors of the original speed. */
export const speeds = [1, 4, 16, 60] as const
export const speed = signal<(typeof speeds)[number]>(1)
export const isPlaying = signal(false)

/** Longer pauses without events are skipped, in milliseconds of replay. */
const maxPauseMs = 1_500
/** How long before the next event a skipped pause ends, in milliseconds of the run. */
const leadMs = 100

let frame = 0
let frameAt = 0

/** When the replay stops, Unix milliseconds. */
let stopAt = Infinity

/** Plays from the moment that is shown, or from the start when that is the end. */
export function play(): void {
  if (isPlaying.peek() || history.length === 0) return
  const from = replayIndex.peek()
  if (from === undefined || from >= history.length) showAt(0, history.events[0]?.at)
  start(Infinity)
}

/**
 * Plays a period, and stops at its end.
 *
 * @param from - Unix milliseconds.
 * @param to - Unix milliseconds.
 */
export function playPeriod(from: number, to: number): void {
  pause()
  showAt(history.indexAt(from - 1), from)
  start(to)
}

function start(until: number): void {
  stopAt = until
  isPlaying.value = true
  frameAt = performance.now()
  frame = requestAnimationFrame(step)
}

export function pause(): void {
  isPlaying.value = false
  cancelAnimationFrame(frame)
}

/** Returns to the present. */
export function goLive(): void {
  pause()
  showAt(undefined)
}

/** Shows the scene after the first `index` events. */
export function seek(index: number): void {
  pause()
  showAt(Math.min(history.length, Math.max(0, index)))
}

function step(now: number): void {
  const index = replayIndex.peek() ?? history.length
  const next = history.events[index]
  if (!next || next.at > stopAt) {
    isPlaying.value = false
    return
  }
  const time = replayTime.peek() + (now - frameAt) * speed.peek()
  frameAt = now
  const reached = next.at - time > maxPauseMs * speed.peek() ? next.at - leadMs : time
  showAt(history.indexAt(reached), reached)
  frame = requestAnimationFrame(step)
}
