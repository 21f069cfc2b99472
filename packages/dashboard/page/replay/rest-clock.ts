import { signal } from '@preact/signals'

import type { SceneEvent } from '../../src/protocol/protocol.ts'
import { history, replayIndex, showAt } from '../state/page-state.ts'

/** A time in which a flock worked, Unix milliseconds. */
interface Period {
  readonly from: number
  readonly to: number
}

/** The period that is replayed since nobody works; `undefined` when none is. */
export const restPeriod = signal<Period | undefined>(undefined)

/** A pause of this length parts two periods, in milliseconds. */
const gapMs = 60_000
/** Less is not worth a replay. */
const leastEvents = 20
/** Longer periods are replayed faster, in milliseconds. */
const longestMs = 40_000
/** Shorter ones no faster than this. */
const slowest = 0.5
/** How long the end is shown before it begins again, in milliseconds. */
const endMs = 4_000

let frame = 0

/** The latest period without a long pause; `undefined` where too little happened. */
function lastPeriod(events: readonly SceneEvent[]): Period | undefined {
  let first = events.length - 1
  while (first > 0 && (events[first]?.at ?? 0) - (events[first - 1]?.at ?? 0) < gapMs) first -= 1
  const [from, to] = [events[first]?.at, events.at(-1)?.at]
  if (from === undefined || to === undefined || events.length - first < leastEvents) return undefined
  return { from, to }
}

/** Replays the latest period again and again, until something happens. */
export function startRest(): void {
  const period = lastPeriod(history.events)
  if (!period || restPeriod.peek()) return
  const { from, to } = period
  const { last } = history
  const factor = Math.max(slowest, (to - from) / longestMs)
  let startedAt = performance.now()
  restPeriod.value = period
  const step = (now: number): void => {
    if (history.last !== last) return stopRest()
    const at = from + (now - startedAt) * factor
    if (at > to + endMs * factor) startedAt = now
    showAt(history.indexAt(Math.min(at, to)), Math.min(at, to))
    frame = requestAnimationFrame(step)
  }
  frame = requestAnimationFrame(step)
}

/** Shows the present again. */
export function stopRest(): void {
  if (!restPeriod.peek()) return
  cancelAnimationFrame(frame)
  restPeriod.value = undefined
  if (replayIndex.peek() !== undefined) showAt(undefined)
}
