import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { useEffect } from 'preact/hooks'

import type { TraceRow } from '../../src/protocol/protocol.ts'
import { mostTraces } from '../server/api.ts'
import { keepLoading } from '../server/keep-loading.ts'
import { connection, session, timeShown } from '../state/page-state.ts'
import { goTo, linkTo, route } from '../state/route.ts'
import { ago, amount, counted, duration, money } from '../ui/amounts.ts'
import { ColumnHeads } from '../ui/column-heads.tsx'
import { Text } from '../ui/text.tsx'
import { filterTraces } from './filter-traces.ts'
import type { TraceFilters } from './filter-traces.ts'
import { listTraces } from './trace-source.ts'
import { TracePage } from './trace-page.tsx'
import { Trouble } from './trouble.tsx'
import { spanName } from './span-name.ts'

const refreshMs = 2_000
/** Rows that are listed. */
const mostRows = 200

/** The latest pieces of work, or the one that is open. */
export function TracesView(): VNode {
  const [id, span] = route.value.path
  if (id !== undefined) return <TracePage key={id} id={id} spanId={span} />
  return <TraceList />
}

function TraceList(): VNode {
  const rows = useSignal<readonly TraceRow[] | undefined>(undefined)
  const problem = useSignal<string | undefined>(undefined)
  useEffect(() => {
    // The past takes long to load where there is much of it: traces don't wait for it.
    if (!session.value) return undefined
    return keepLoading({
      ask: listTraces,
      onAnswer: (all) => {
        rows.value = all
        problem.value = undefined
      },
      onProblem: (text) => (problem.value = text),
      pauseMs: () => (connection.peek() === 'file' ? undefined : refreshMs),
    })
  }, [session.value])
  return (
    <section class="view traces-view" aria-label="Traces" tabindex={0}>
      {problem.value !== undefined && (
        <p class="hint" role="status">
          {problem.value}
        </p>
      )}
      {rows.value?.length === 0 && <NoTraces />}
      {rows.value && rows.value.length > 0 && <TraceTable all={rows.value} />}
    </section>
  )
}

function TraceTable({ all }: { readonly all: readonly TraceRow[] }): VNode {
  const filters: TraceFilters = route.value.query
  const matching = filterTraces(all, filters)
  const now = timeShown()
  const set = (changed: TraceFilters): void => goTo(linkTo('traces', [], { ...route.value.query, ...changed }))
  return (
    <>
      <form class="trace-filters" aria-label="Filters" onSubmit={(event) => event.preventDefault()}>
        <label>
          <span>Search</span>
          <input
            type="search"
            placeholder="An agent, activity or model"
            value={filters.q ?? ''}
            onInput={({ currentTarget }) => set({ q: currentTarget.value })}
          />
        </label>
        <label class="check">
          <input
            type="checkbox"
            checked={filters.trouble === 'yes'}
            onChange={({ currentTarget }) => set({ trouble: currentTarget.checked ? 'yes' : '' })}
          />
          failures and retries only
        </label>
        {filters.since !== undefined && (
          <button type="button" onClick={() => set({ since: '', until: '' })}>
            Show those of all times
          </button>
        )}
      </form>
      <div class="tables" tabindex={0} role="region" aria-label="List of traces">
        <table class="stacked traces">
          <caption>
            {matching.length === all.length
              ? counted(all.length, 'piece of work', 'pieces of work')
              : `${amount(matching.length)} of ${counted(all.length, 'piece of work', 'pieces of work')}`}
            {all.length >= mostTraces && ', the latest ones'}
            {matching.length > mostRows && `, the latest ${mostRows} are listed`}
          </caption>
          <ColumnHeads
            names={['Work', 'Agent', 'Started', 'Took', 'Steps', 'Tokens', 'Cost', 'Trouble']}
            figures={['Started', 'Took', 'Steps', 'Tokens', 'Cost']}
          />
          <tbody>
            {matching.slice(0, mostRows).map((row) => (
              <tr key={row.id}>
                <th scope="row">
                  <a href={linkTo('traces', [row.id])}>
                    <Text of={spanName(row)} maxLength={80} />
                  </a>
                </th>
                <td data-head="Agent">{row.agent === undefined ? '—' : <Text of={row.agent} maxLength={40} />}</td>
                <td data-head="Started" class="number">
                  {ago(now - row.startedAt)}
                </td>
                <td data-head="Took" class="number">
                  {row.isRunning ? 'running' : duration(row.endedAt - row.startedAt)}
                </td>
                <td data-head="Steps" class="number">
                  {amount(row.spans)}
                </td>
                <td data-head="Tokens" class="number">
                  {amount(row.tokens)}
                </td>
                <td data-head="Cost" class="number">
                  {money(row.usd)}
                </td>
                <td data-head="Trouble">
                  <Trouble errors={row.errors} retries={row.retries} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {matching.length === 0 && <p class="empty">No trace matches. Clear the filters to see all.</p>}
    </>
  )
}

function NoTraces(): VNode {
  return (
    <div class="empty">
      <p>
        {connection.value === 'file'
          ? 'This file holds no traces: none were kept, or none are of its period.'
          : session.value?.isLive === true
            ? 'Nothing has been traced yet. A trace appears when an agent takes a message or an activity runs.'
            : 'A dashboard traces the work of its own process alone. This one shows a memory that other processes work on: open the dashboard of their process, such as the one of skein run --dashboard.'}
      </p>
    </div>
  )
}
