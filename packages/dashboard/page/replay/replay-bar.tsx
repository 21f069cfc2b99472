import type { VNode } from 'preact'

import { connection, dropped, history, isTrimmed, moment, parting, timeShown, useScene } from '../state/page-state.ts'
import { comeBack } from '../server/connect.ts'
import { amount, counted, moment as time } from '../ui/amounts.ts'
import { ExportMenu } from './export-menu.tsx'
import { goLive, isPlaying, pause, play, seek, speed, speeds } from './replay-clock.ts'

/** Goes through all that happened: everything on the page shows the moment that is chosen here. */
export function ReplayBar(): VNode {
  useScene()
  const at = moment.value ?? history.length
  const isLive = moment.value === undefined
  const now = timeShown()
  const shownAt = isLive ? history.head.at || now : now
  return (
    <footer class="replay" aria-label="Replay">
      <button type="button" class="play" onClick={isPlaying.value ? pause : play} disabled={history.length === 0}>
        {isPlaying.value ? '❚❚ Pause' : '▶ Replay'}
      </button>
      <input
        type="range"
        aria-label="Moment"
        aria-valuetext={`${time(shownAt, Date.now())}, event ${at} of ${history.length}`}
        min={0}
        max={history.length}
        value={at}
        onInput={({ currentTarget }) => seek(Number(currentTarget.value))}
      />
      <output class="replay-time">
        {time(shownAt, Date.now())}
        <small>
          {' '}
          {amount(at)} / {counted(history.length, 'event')}
        </small>
      </output>
      <label class="speed">
        <span class="hidden">Speed</span>
        <select
          value={speed.value}
          onChange={({ currentTarget }) => (speed.value = speeds[currentTarget.selectedIndex] ?? 1)}
        >
          {speeds.map((times) => (
            <option key={times} value={times}>
              {times}×
            </option>
          ))}
        </select>
      </label>
      <button type="button" class={isLive ? 'live is-live' : 'live'} aria-pressed={isLive} onClick={goLive}>
        {connection.value === 'file' ? 'End' : 'Live'}
      </button>
      <ExportMenu />
      <Losses />
      {parting.value && (
        <p class="loss" role="status">
          <bdi>{parting.value.reason.slice(0, 200)}</bdi>{' '}
          <button type="button" onClick={comeBack}>
            Come back
          </button>
        </p>
      )}
    </footer>
  )
}

/** What is not shown is said. */
function Losses(): VNode | null {
  const said = [
    dropped.value > 0 && `${counted(dropped.value, 'event')} left out: this page was too slow, or away too long`,
    history.forgotten > 0 && `the first ${amount(history.forgotten)} events are folded into the start`,
    isTrimmed.value && 'what came before is no longer in the feed',
  ].filter((one) => one !== false)
  return said.length === 0 ? null : (
    <p class="loss" role="status">
      {said.join('; ')}.
    </p>
  )
}
