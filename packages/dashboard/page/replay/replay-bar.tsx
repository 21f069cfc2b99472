import type { VNode } from 'preact'

import { reconnect } from '../server/connect.ts'
import {
  connection,
  dropped,
  history,
  isTrimmed,
  replayIndex,
  streamClose,
  timeShown,
  useScene,
} from '../state/page-state.ts'
import { amount, counted, timestamp } from '../ui/amounts.ts'
import { ExportMenu } from './export-menu.tsx'
import { goLive, isPlaying, pause, play, seek, speed, speeds } from './replay-clock.ts'

/** Replays the run: every view shows the moment that is selected here. */
export function ReplayBar(): VNode {
  useScene()
  const index = replayIndex.value ?? history.length
  const isLive = replayIndex.value === undefined
  const now = timeShown()
  const shownAt = isLive ? history.head.at || now : now
  return (
    <footer class="replay" aria-label="Replay">
      <button type="button" class="play" onClick={isPlaying.value ? pause : play} disabled={history.length === 0}>
        {isPlaying.value ? '❚❚ Pause' : '▶ Replay'}
      </button>
      <input
        type="range"
        aria-label="Replay position"
        aria-valuetext={`${timestamp(shownAt, Date.now())}, event ${index} of ${history.length}`}
        min={0}
        max={history.length}
        value={index}
        onInput={({ currentTarget }) => seek(Number(currentTarget.value))}
      />
      <output class="replay-time">
        {timestamp(shownAt, Date.now())}
        <small>
          {' '}
          {amount(index)} / {counted(history.length, 'event')}
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
      <MissingEvents />
      {streamClose.value && (
        <p class="loss" role="status">
          <bdi>{streamClose.value.reason.slice(0, 200)}</bdi>{' '}
          <button type="button" onClick={reconnect}>
            Reconnect
          </button>
        </p>
      )}
    </footer>
  )
}

/** Says which events this page does not have. */
function MissingEvents(): VNode | null {
  const sentences = [
    dropped.value > 0 && `Missed ${counted(dropped.value, 'event')}: this page was too slow or disconnected too long.`,
    history.forgotten > 0 && `Dropped the first ${counted(history.forgotten, 'event')} from the replay.`,
    isTrimmed.value && 'The feed no longer holds earlier events.',
  ].filter((sentence) => sentence !== false)
  return sentences.length === 0 ? null : (
    <p class="loss" role="status">
      {sentences.join(' ')}
    </p>
  )
}
