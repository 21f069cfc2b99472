import { signal } from '@preact/signals'

import { history, moment, replayTime, showMoment } from '../state/page-state.ts'

/** How often faster than it was. */
export const speeds = [1, 4, 16, 60] as const
export const speed = signal<(typeof speeds)[number]>(1)
export const isPlaying = signal(false)

/** Pauses in which nothing happened are cut to this, in milliseconds. */
const longestPauseMs = 1_500

let frame = 0
let frameAt = 0

/** Goes on from the moment that is shown; from the beginning when that is the end. */
export function play(): void {
  if (isPlaying.peek() || history.length === 0) return
  const from = moment.peek()
  if (from === undefined || from >= history.length) showMoment(0, history.events[0]?.at)
  isPlaying.value = true
  frameAt = performance.now()
  frame = requestAnimationFrame(step)
}

export function pause(): void {
  isPlaying.value = false
  cancelAnimationFrame(frame)
}

/** Back to the present. */
export function goLive(): void {
  pause()
  showMoment(undefined)
}

/** Shows the scene after so many events. */
export function seek(to: number): void {
  pause()
  showMoment(Math.min(history.length, Math.max(0, to)))
}

function step(now: number): void {
  const at = moment.peek() ?? history.length
  const next = history.events[at]
  if (!next) {
    isPlaying.value = false
    return
  }
  const time = replayTime.peek() + (now - frameAt) * speed.peek()
  frameAt = now
  const reached = next.at - time > longestPauseMs * speed.peek() ? next.at - 100 : time
  showMoment(history.momentOf(reached), reached)
  frame = requestAnimationFrame(step)
}
