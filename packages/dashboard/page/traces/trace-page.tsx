import { useComputed, useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { useEffect } from 'preact/hooks'

import type { TraceDetail, TraceSpan } from '../../src/protocol/protocol.ts'
import { traceTitle } from '../../src/traces/trace-title.ts'
import { keepLoading } from '../server/keep-loading.ts'
import { connection, session, timeShown } from '../state/page-state.ts'
import { linkTo } from '../state/route.ts'
import { ago, amount, counted, duration, money } from '../ui/amounts.ts'
import { Text } from '../ui/text.tsx'
import { SpanRow } from './span-row.tsx'
import type { Period } from './span-row.tsx'
import { openTrace } from './trace-source.ts'
import { pathTo, treeOf } from './trace-tree.ts'
import { Trouble } from './trouble.tsx'
import { spanName } from './span-name.ts'

const refreshMs = 2_000
/** Work in which nothing has happened for so long is looked at no more, in milliseconds. */
const settledMs = 60_000

/** A piece of work: everything that was done for it, as a tree along the time. */
export function TracePage({ id, spanId }: { readonly id: string; readonly spanId: string | undefined }): VNode {
  const trace = useSignal<TraceDetail | undefined>(undefined)
  const problem = useSignal<string | undefined>('Loading …')
  const roots = useComputed(() => treeOf(trace.value?.spans ?? []))
  useEffect(() => {
    if (!session.value) return undefined
    const ask = async (): Promise<TraceDetail | undefined> => {
      const { isRunning = true, spans: known = [] } = trace.peek() ?? {}
      // A message may wait for a while before another agent goes on with it.
      const lastEnd = Math.max(...known.map(({ startedAt, durationMs }) => startedAt + durationMs))
      return !isRunning && timeShown() - lastEnd > settledMs ? undefined : openTrace(id)
    }
    return keepLoading({
      ask,
      onAnswer: (detail) => {
        trace.value = detail
        problem.value = undefined
      },
      onProblem: (text) => (problem.value = text),
      pauseMs: () => (connection.peek() === 'file' ? undefined : refreshMs),
    })
  }, [id, session.value])
  const { spans = [], dropped = 0, isRunning = false, isPart = false } = trace.value ?? {}
  const [first] = roots.value
  const period: Period = {
    from: spans[0]?.startedAt ?? 0,
    to: Math.max(...spans.map(({ startedAt, durationMs }) => startedAt + durationMs)),
  }
  const sum = (of: (node: (typeof roots.value)[number]) => number): number =>
    roots.value.reduce((total, node) => total + of(node), 0)
  const [errors, retries] = [sum((node) => node.errors), sum((node) => node.retries)]
  return (
    <section class="view trace-page" aria-label="Trace" tabindex={0}>
      <p>
        <a href={linkTo('traces')}>← All traces</a>
      </p>
      {problem.value !== undefined && (
        <p class="hint" role="status">
          {problem.value}
        </p>
      )}
      {first && (
        <>
          <header>
            <h2>
              <Text of={spanName(titled(first.span, spans))} maxLength={120} />
            </h2>
            <p class="muted">
              started {ago(timeShown() - period.from)} ·{' '}
              {isRunning ? 'still running' : `took ${duration(period.to - period.from)}`} ·{' '}
              {counted(spans.length, 'step')} · {amount(sum(({ tokens }) => tokens))} tokens ·{' '}
              {money(sum(({ usd }) => usd))}
              {errors + retries > 0 && ' · '}
              {errors + retries > 0 && <Trouble errors={errors} retries={retries} />}
            </p>
          </header>
          {dropped > 0 && <p class="hint">The first {counted(dropped, 'step')} to end are no longer kept.</p>}
          {isPart && dropped === 0 && (
            <p class="hint">
              What it is part of is not here: another process began it, or its steps are no longer kept.
            </p>
          )}
          <ul class="span-tree" aria-label="Steps">
            {roots.value.map((node) => (
              <SpanRow
                key={node.span.id}
                node={node}
                period={period}
                depth={0}
                path={pathTo(spans, spanId)}
                open={spanId}
              />
            ))}
          </ul>
        </>
      )}
    </section>
  )
}

/** A span with the title of the work that began with it. */
function titled(first: TraceSpan, spans: readonly TraceSpan[]): TraceSpan {
  const title = traceTitle(first, spans)
  return title === undefined ? first : { ...first, title }
}
