import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { useEffect } from 'preact/hooks'

import { connection, history, replayIndex } from '../state/page-state.ts'
import { route } from '../state/route.ts'
import { timestamp } from '../ui/amounts.ts'
import { prefersReducedMotion } from '../ui/theme.ts'
import { restPeriod, startRest, stopRest } from './rest-clock.ts'

/** How long nothing happens, and nobody touches the page, before it rests, in milliseconds. */
const restMs = 15_000
const lookMs = 1_000

/** Replays the last run on the map while nobody works, and says so. A key or a click shows the present. */
export function RestReplay(): VNode | null {
  const isUnwanted = useSignal(false)
  const { view } = route.value
  useEffect(() => {
    if (view !== 'map' || isUnwanted.value || prefersReducedMotion.value) return undefined
    const end = new AbortController()
    let [quietSince, last] = [performance.now(), history.last]
    const wake = (): void => {
      quietSince = performance.now()
      stopRest()
    }
    addEventListener('pointerdown', wake, { signal: end.signal })
    addEventListener('keydown', wake, { signal: end.signal })
    const timer = setInterval(() => {
      if (history.last !== last || !isAtRest()) [quietSince, last] = [performance.now(), history.last]
      if (performance.now() - quietSince >= restMs) startRest()
    }, lookMs)
    return () => {
      clearInterval(timer)
      end.abort()
      stopRest()
    }
  }, [view, isUnwanted.value, prefersReducedMotion.value])
  if (!restPeriod.value) return null
  const { from, to } = restPeriod.value
  return (
    <p class="rest-note" role="status">
      <span>
        Nobody is at work. This is the last run again, from {timestamp(from, Date.now())} to {timestamp(to, Date.now())}
        : agents, the records they write around them, and lines to those who read them. A key or a click shows the
        present.
      </span>
      <button type="button" onClick={() => (isUnwanted.value = true)}>
        Don’t replay
      </button>
    </p>
  )
}

/** Whether the present is shown, and nobody is in the middle of something. */
function isAtRest(): boolean {
  if (restPeriod.peek()) return true
  if (document.hidden || connection.peek() !== 'live' || replayIndex.peek() !== undefined) return false
  for (const { running } of history.head.agents.values()) if (running > 0) return false
  return true
}
