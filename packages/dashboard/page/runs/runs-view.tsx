import type { VNode } from 'preact'
import { useEffect } from 'preact/hooks'

import type { RunRow } from '../../src/protocol/protocol.ts'
import { connection, history, session, textRevision, timeShown, useScene } from '../state/page-state.ts'
import { goTo, linkTo, route } from '../state/route.ts'
import { amount, ago, counted, duration } from '../ui/amounts.ts'
import { ColumnHeads } from '../ui/column-heads.tsx'
import { Text } from '../ui/text.tsx'
import { filterRuns } from './filter-runs.ts'
import type { RunFilters as Filters } from './filter-runs.ts'
import { RunFilters } from './run-filters.tsx'
import { loadRuns, runs, runsError } from './run-list.ts'
import { RunPage } from './run-page.tsx'
import { RunState } from './run-state.tsx'

const refreshMs = 2_000
/** Runs that the server lists, see `listRuns`. */
const mostRuns = 100

/** All runs of the memory, or the one that is open. */
export function RunsView(): VNode {
  useScene()
  useEffect(() => {
    const timer = setInterval(() => void loadRuns(), refreshMs)
    return () => clearInterval(timer)
  }, [])
  useEffect(() => void loadRuns(), [textRevision.value, connection.value, session.value])
  const [id] = route.value.path
  if (id !== undefined && runs.value) {
    const run = runs.value.find((one) => one.id === id)
    if (run) return <RunPage key={id} run={run} all={runs.value} otherId={route.value.query['with']} />
  }
  return (
    <section class="view runs-view" aria-label="Runs" tabindex={0}>
      {runsError.value !== undefined && (
        <p class="hint" role="status">
          {runsError.value}
        </p>
      )}
      {id !== undefined && runs.value && <p class="hint">This run is not among the latest ones.</p>}
      {runs.value && <RunTable runs={runs.value} />}
    </section>
  )
}

function RunTable({ runs: all }: { readonly runs: readonly RunRow[] }): VNode {
  const filters: Filters = route.value.query
  const shown = filterRuns(all, filters, wroteIn)
  const now = timeShown()
  if (all.length === 0) return <NoRuns />
  return (
    <>
      <RunFilters runs={all} filters={filters} />
      <div class="tables" tabindex={0} role="region" aria-label="List of runs">
        <table class="stacked runs">
          <caption>
            {shown.length === all.length
              ? counted(all.length, 'run')
              : `${amount(shown.length)} of ${counted(all.length, 'run')}`}
            {all.length >= mostRuns && ', the latest ones'}
          </caption>
          <ColumnHeads
            names={['Report', 'State', 'Started', 'Took', 'Agents', 'Calls', 'Saved']}
            figures={['Started', 'Took', 'Agents', 'Calls', 'Saved']}
          />
          <tbody>
            {shown.map((run) => (
              <tr key={run.id} onClick={() => goTo(linkTo('runs', [run.id]))}>
                <th scope="row">
                  <a href={linkTo('runs', [run.id])}>
                    <Text of={run.title} maxLength={90} />
                  </a>
                  <span class="questions muted">
                    <Text of={run.questions.length === 0 ? 'Summary' : run.questions.join(' · ')} maxLength={200} />
                  </span>
                </th>
                <td data-head="State">
                  <RunState state={run.state} />
                </td>
                <td data-head="Started" class="number">
                  {ago(now - run.startedAt)}
                </td>
                <td data-head="Took" class="number">
                  {duration((run.endedAt ?? now) - run.startedAt)}
                </td>
                <td data-head="Agents" class="number">
                  {run.agents === undefined ? '—' : amount(run.agents)}
                </td>
                <td data-head="Calls" class="number">
                  {run.used ? amount(run.used.calls) : '—'}
                </td>
                <td data-head="Saved" class="number accent">
                  {run.saved ? counted(run.saved.calls, 'call') : '—'}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {shown.length === 0 && <p class="empty">No run matches. Clear the filters to see all.</p>}
    </>
  )
}

function NoRuns(): VNode {
  return (
    <div class="empty">
      <p>
        No run is recorded in this memory. <code>skein run</code> records its own, and an app calls{' '}
        <code>recordRun()</code>.
      </p>
      <p>
        <a href={linkTo('map')}>Show the flock</a> · <a href={linkTo('memory')}>Show the memory</a>
      </p>
    </div>
  )
}

function wroteIn(agent: string, { startedAt, endedAt = Infinity }: RunRow): boolean {
  const wanted = agent.toLowerCase()
  return history.events.slice(history.indexAt(startedAt - 1), history.indexAt(endedAt)).some((event) => {
    const who = event.type === 'written' ? event.author : 'agent' in event ? event.agent : ''
    return who.toLowerCase().includes(wanted)
  })
}
