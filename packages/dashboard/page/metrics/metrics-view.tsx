import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { useEffect } from 'preact/hooks'

import type { Metrics } from '../../src/protocol/protocol.ts'
import { keepLoading } from '../server/keep-loading.ts'
import { replayIndex, replayTime, textRevision } from '../state/page-state.ts'
import { linkTo, route } from '../state/route.ts'
import { amount, counted, duration, money, percent } from '../ui/amounts.ts'
import { BudgetList } from './budget-list.tsx'
import { Card } from './card.tsx'
import { Chart } from './chart.tsx'
import { loadMetrics } from './load-metrics.ts'
import { QueueChart } from './queue-chart.tsx'
import { WorkTables } from './work-tables.tsx'
import { SeriesTable } from './series-table.tsx'

const refreshMs = 1_000
/** During a replay, which soon shows another time. */
const replayRefreshMs = 200

/** What sharing a memory saves, and how efficiently the flock works. */
export function MetricsView(): VNode {
  const metrics = useSignal<Metrics | undefined>(undefined)
  const status = useSignal<string | undefined>('Loading …')
  const { since, until } = periodOf(route.value.query)
  useEffect(() => {
    let loadedFor: string | undefined
    const ask = async (): Promise<Metrics | undefined> => {
      // A replay changes its time many times a second.
      const second = replayIndex.peek() === undefined ? undefined : Math.floor(replayTime.peek() / 1_000)
      const shown = `${second} ${textRevision.peek()}`
      // Workers of other machines tell nothing by the stream.
      if (shown === loadedFor && !metrics.peek()?.work) return undefined
      loadedFor = shown
      return loadMetrics(since, until)
    }
    return keepLoading({
      ask,
      onAnswer: (loaded) => {
        metrics.value = loaded
        status.value = undefined
      },
      onProblem: (text) => {
        loadedFor = undefined
        status.value = text
      },
      pauseMs: () => (replayIndex.peek() === undefined ? refreshMs : replayRefreshMs),
    })
  }, [since, until, replayIndex.value === undefined])
  return (
    <section class="view metrics-view" aria-label="Metrics" tabindex={0}>
      {status.value !== undefined && (
        <p class="hint" role="status">
          {status.value}
        </p>
      )}
      {since !== undefined && (
        <p>
          Of one run only. <a href={linkTo('metrics')}>Show the whole memory</a>
        </p>
      )}
      {metrics.value && <MetricSections metrics={metrics.value} />}
    </section>
  )
}

function periodOf({ since, until }: Readonly<Record<string, string>>): { since?: number; until?: number } {
  const [from, to] = [Number(since), Number(until)]
  return { ...(from > 0 && { since: from }), ...(to > 0 && { until: to + 1 }) }
}

function MetricSections({ metrics }: { metrics: Metrics }): VNode {
  const { saved, spent, results, cache, completion, reworkRate, escalationRate, budgets, series, queues, work } =
    metrics
  const times = series.map(({ at }) => at)
  return (
    <>
      <h2>Saved by sharing</h2>
      <div class="cards">
        <Card
          title="results reused"
          value={amount(results.reused)}
          note={`${amount(results.computed)} computed`}
          share={shareOf(results.reused, results.computed)}
        />
        <Card
          title="calls saved"
          value={amount(saved.calls)}
          note={`${amount(spent.calls)} made`}
          share={shareOf(saved.calls, spent.calls)}
        />
        <Card
          title="working time saved"
          value={duration(saved.ms)}
          note={`${duration(spent.ms)} spent`}
          share={shareOf(saved.ms, spent.ms)}
        />
        <Card
          title="tokens saved"
          value={amount(saved.tokens)}
          note={
            spent.cachedTokens === undefined
              ? `${amount(spent.tokens)} used`
              : `${amount(spent.tokens)} used, ${amount(spent.cachedTokens)} from prompt caches`
          }
          share={shareOf(saved.tokens, spent.tokens)}
        />
        <Card
          title="money saved"
          value={money(saved.usd)}
          note={`${money(spent.usd)} paid`}
          share={shareOf(saved.usd, spent.usd)}
        />
      </div>
      <Chart
        title="Calls to models over time"
        times={times}
        lines={[
          { name: 'made', values: series.map(({ calls }) => calls), role: 'text' },
          { name: 'saved', values: series.map((point) => point.saved), role: 'accent' },
        ]}
      />
      <h2>Efficiency</h2>
      <div class="cards">
        <Card
          title="completion time"
          value={completion.count === 0 ? '—' : duration(completion.medianMs)}
          note={
            completion.count === 0
              ? 'no task completed yet'
              : `median of ${counted(completion.count, 'task')}, p95 ${duration(completion.p95Ms)}`
          }
        />
        <Card
          title="cache hit rate"
          value={percent(shareOf(cache.hits, cache.misses))}
          note={`${amount(cache.hits)} hits, ${amount(cache.invalidations)} invalidations`}
        />
        <Card title="rework rate" value={percent(reworkRate)} note="of results and claims were repeated" />
        <Card title="escalation rate" value={percent(escalationRate)} note="of tasks were escalated to a person" />
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
      {work && <WorkTables work={work} />}
      {queues.length > 0 && <QueueChart queues={queues} />}
      {budgets.length > 0 && <BudgetList budgets={budgets} />}
    </>
  )
}

function shareOf(part: number, rest: number): number {
  return part + rest === 0 ? 0 : part / (part + rest)
}
