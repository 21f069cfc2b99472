import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

import type { Figures } from '../../src/protocol/protocol.ts'
import { moment, replayTime, revision } from '../state/page-state.ts'
import { amount, counted, duration, money, percent } from '../ui/amounts.ts'
import { Text } from '../ui/text.tsx'
import { Chart } from './chart.tsx'
import { loadFigures } from './load-metrics.ts'
import { QueueChart } from './queue-chart.tsx'
import { SeriesTable } from './series-table.tsx'

const refreshMs = 1_000

/** What sharing a memory was worth, and how the work goes. */
export function FiguresView(): VNode {
  const figures = useSignal<Figures | undefined>(undefined)
  const note = useSignal<string | undefined>('Counting …')
  const loadedAt = useRef(-1)
  const load = async (): Promise<void> => {
    loadedAt.current = revision.peek()
    try {
      figures.value = await loadFigures()
      note.value = undefined
    } catch (error) {
      note.value = error instanceof Error ? error.message : 'The figures could not be read.'
    }
  }
  // In a replay the time goes on many times a second.
  const second = moment.value === undefined ? undefined : Math.floor(replayTime.value / 1_000)
  useEffect(() => void load(), [second])
  useEffect(() => {
    const timer = setInterval(() => {
      if (loadedAt.current !== revision.peek()) void load()
    }, refreshMs)
    return () => clearInterval(timer)
  }, [])
  return (
    <section class="view figures-view" aria-label="Figures" tabindex={0}>
      {note.value !== undefined && (
        <p class="hint" role="status">
          {note.value}
        </p>
      )}
      {figures.value && <Numbers figures={figures.value} />}
    </section>
  )
}

function Numbers({ figures }: { figures: Figures }): VNode {
  const { avoided, spent, cache, completion, reworkRate, escalationRate, budgets, series, queues } = figures
  const share = (saved: number, used: number): number => (saved + used === 0 ? 0 : saved / (saved + used))
  const times = series.map(({ at }) => at)
  return (
    <>
      <h2>Work that was not done twice</h2>
      <div class="cards">
        <Card
          title="calls avoided"
          value={amount(avoided.calls)}
          note={`${amount(spent.calls)} were made`}
          share={share(avoided.calls, spent.calls)}
        />
        <Card
          title="working time saved"
          value={duration(avoided.ms)}
          note={`${duration(spent.ms)} were spent`}
          share={share(avoided.ms, spent.ms)}
        />
        <Card
          title="tokens saved"
          value={amount(avoided.tokens)}
          note={`${amount(spent.tokens)} were used`}
          share={share(avoided.tokens, spent.tokens)}
        />
        <Card
          title="money saved"
          value={money(avoided.usd)}
          note={`${money(spent.usd)} were paid`}
          share={share(avoided.usd, spent.usd)}
        />
      </div>
      <Chart
        title="Calls over time"
        times={times}
        lines={[
          { name: 'made', values: series.map(({ calls }) => calls), role: 'text' },
          { name: 'avoided', values: series.map((point) => point.avoided), role: 'accent' },
        ]}
      />
      <h2>How the work goes</h2>
      <div class="cards">
        <Card
          title="from claim to done"
          value={completion.count === 0 ? '—' : duration(completion.medianMs)}
          note={
            completion.count === 0
              ? 'no task was claimed yet'
              : `median of ${counted(completion.count, 'task')}; one in twenty takes ${duration(completion.p95Ms)}`
          }
        />
        <Card
          title="read from the cache"
          value={percent(share(cache.hits, cache.misses))}
          note={`${amount(cache.hits)} hits, ${amount(cache.invalidations)} invalidations`}
        />
        <Card title="rework" value={percent(reworkRate)} note="of what was done was done again" />
        <Card title="escalations" value={percent(escalationRate)} note="of the tasks went to a person" />
      </div>
      <Chart
        title="Rework and escalations"
        unit=" %"
        times={times}
        lines={[
          { name: 'rework', values: series.map((point) => point.reworkRate * 100), role: 'text' },
          { name: 'escalations', values: series.map((point) => point.escalationRate * 100), role: 'accent' },
        ]}
      />
      <SeriesTable series={series} />
      {queues.length > 0 && <QueueChart queues={queues} />}
      {budgets.length > 0 && <h2>Budgets</h2>}
      <ul class="plain budgets">
        {budgets.map(({ id, measure, spent: used, limit }) => (
          <li key={`${id} ${measure}`}>
            <span>
              <Text of={id} most={40} /> <span class="muted">{measure}</span>
            </span>
            <meter
              min={0}
              max={limit}
              high={limit * 0.8}
              value={Math.min(used, limit)}
              aria-label={`${id.slice(0, 60)}: ${measure}`}
            />
            <span class="number">
              {shownAs(measure)(used)} of {shownAs(measure)(limit)}
            </span>
          </li>
        ))}
      </ul>
    </>
  )
}

/** How amounts of a budget's measure are written. */
function shownAs(measure: string): (value: number) => string {
  return measure === 'usd' ? money : measure === 'wallMs' ? duration : amount
}

function Card({ title, value, note, share }: { title: string; value: string; note: string; share?: number }): VNode {
  return (
    <div class="card">
      <p class="card-title">{title}</p>
      <p class="card-value">{value}</p>
      {share !== undefined && (
        <div class="share" aria-hidden="true">
          <i style={{ width: `${share * 100}%` }} />
        </div>
      )}
      <p class="muted">
        {note}
        {share !== undefined && share > 0 && `: ${percent(share)} less`}
      </p>
    </div>
  )
}
