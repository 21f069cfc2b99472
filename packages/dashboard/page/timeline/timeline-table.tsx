import type { VNode } from 'preact'

import { markedRange } from '../state/marked-range.ts'
import { timeShown, tracks, useScene } from '../state/page-state.ts'
import type { Bar, Track } from '../state/tracks.ts'
import { amount, duration, timestamp } from '../ui/amounts.ts'
import { ColumnHeads } from '../ui/column-heads.tsx'
import { Text } from '../ui/text.tsx'
import { stateOf } from './bar-details.tsx'
import { countMarks, endOf } from './pick-bar.ts'
import { sumOf, visibleTracks } from './visible-tracks.ts'

const countedKinds = [
  ['read', 'Reads'],
  ['write', 'Writes'],
  ['reuse', 'Reuses'],
  ['state', 'State changes'],
] as const
const maxRows = 300

/** The runs of the timeline, or of the marked period, newest first. */
export function TimelineTable(): VNode {
  useScene()
  const now = timeShown()
  const { from, to } = markedRange.value ?? { from: 0, to: now }
  const shown = visibleTracks(tracks, now)
  const agents = shown.filter(({ kind }) => kind === 'agent')
  const runsOf = ({ bars }: Track): readonly Bar[] =>
    bars.filter(({ startedAt, endedAt = now }) => startedAt <= to && endedAt >= from)
  const runs = agents.flatMap(runsOf).toSorted((a, b) => b.startedAt - a.startedAt)
  return (
    <div class="tables" tabindex={0} role="region" aria-label="The timeline as a table">
      <table class="stacked">
        <caption>Runs {runs.length > maxRows && `(the newest ${maxRows} of ${amount(runs.length)})`}</caption>
        <ColumnHeads
          names={['Started', 'Agent', 'Activity', 'Thread', 'Duration', 'State', 'Attempts', 'Read', 'Wrote']}
          figures={['Started', 'Duration', 'Attempts', 'Read', 'Wrote']}
        />
        <tbody>
          {runs.slice(0, maxRows).map((bar) => {
            const end = endOf(bar, now)
            const { read, write } = countMarks(tracks.tracks.get(`agent:${bar.agent}`), bar.startedAt, end)
            return (
              <tr key={bar.run}>
                <td data-head="Started" class="number">
                  {timestamp(bar.startedAt, now)}
                </td>
                <th scope="row">
                  <Text of={bar.agent} maxLength={40} />
                </th>
                <td data-head="Activity">
                  <Text of={bar.title} maxLength={60} />
                </td>
                <td data-head="Thread">
                  <Text of={bar.worker ?? '—'} maxLength={20} />
                </td>
                <td data-head="Duration" class="number">
                  {duration(end - bar.startedAt)}
                </td>
                <td data-head="State">{stateOf(bar, now)}</td>
                <td data-head="Attempts" class="number">
                  {bar.retries + 1}
                </td>
                <td data-head="Read" class="number">
                  {amount(read)}
                </td>
                <td data-head="Wrote" class="number">
                  {amount(write)}
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
      <table class="stacked">
        <caption>
          Reads, writes and reuses{' '}
          {agents.length > maxRows && `(the first ${maxRows} of ${amount(agents.length)} agents)`}
        </caption>
        <ColumnHeads
          names={['Agent', 'Runs', ...countedKinds.map(([, head]) => head)]}
          figures={['Runs', ...countedKinds.map(([, head]) => head)]}
        />
        <tbody>
          {agents.slice(0, maxRows).map((agent) => {
            const marks = agent.marks.filter(({ at }) => at >= from && at <= to)
            const { dropped } = agent
            // Without a marked period the figures are those of all events.
            const isAll = from === 0
            return (
              <tr key={agent.id}>
                <th scope="row">
                  <Text of={agent.id} maxLength={40} />
                </th>
                <td data-head="Runs" class="number">
                  {amount(runsOf(agent).length + (isAll ? dropped.runs : 0))}
                </td>
                {countedKinds.map(([kind, head]) => (
                  <td key={kind} data-head={head} class="number">
                    {amount(sumOf(marks, kind) + (isAll ? dropped.marks[kind] : 0))}
                  </td>
                ))}
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}
