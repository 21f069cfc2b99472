import { sumOfLedger } from '@skein/memory/runtime'
import type { Figure, FigureValue } from '@skein/memory/runtime'
import type { LedgerReport } from '@skein/memory/types'

import type { WorkQueue } from '../protocol/protocol.ts'

/** A number as Prometheus gets it, or several that are told apart by labels. */
type Sample = Omit<Figure, 'read'> & { readonly value: number | readonly FigureValue[] }

/**
 * Figures in the text format of Prometheus, version 0.0.4.
 *
 * @param figures - Those that telemetry has of this process.
 * @param ledger - Of the whole memory, as far as the viewer may see.
 * @param queue - The workers of other machines, and what waits for them.
 */
export function prometheusText(figures: readonly Figure[], ledger: LedgerReport, queue: WorkQueue | undefined): string {
  const samples = [...samplesNow(figures), ...samplesOf(ledger), ...(queue ? samplesOfQueue(queue) : [])]
  return samples.map((sample) => textOf(sample)).join('')
}

function samplesNow(figures: readonly Figure[]): Sample[] {
  const byName = new Map<string, Sample>()
  for (const { read, ...figure } of figures) {
    const value = read()
    // Of work, the ledger tells what the viewer may see.
    if (value === undefined || figure.name.startsWith('skein.work.')) continue
    // Several flocks of one memory have the same figures.
    const before = byName.get(figure.name)?.value ?? []
    const both = [...valuesOf(before), ...valuesOf(value)]
    byName.set(figure.name, { ...figure, value: sumByLabels(both) })
  }
  return [...byName.values()]
}

function samplesOf(ledger: LedgerReport): Sample[] {
  const { computed, reused, used, saved } = sumOfLedger(ledger)
  const costs = (['used', 'saved'] as const).flatMap((what): Sample[] => {
    const { calls, ms, inputTokens, outputTokens, usd = 0 } = what === 'used' ? used : saved
    const of = what === 'used' ? 'that work used' : 'that reuse saved'
    const kind = 'counter'
    return [
      { name: `skein.${what}.calls`, description: `Calls to models ${of}`, unit: '{call}', kind, value: calls },
      { name: `skein.${what}.time`, description: `Working time ${of}`, unit: 's', kind, value: ms / 1_000 },
      {
        name: `skein.${what}.tokens`,
        description: `Tokens ${of}`,
        unit: '{token}',
        kind,
        value: inputTokens + outputTokens,
      },
      { name: `skein.${what}.usd`, description: `US dollars ${of}`, unit: '{usd}', kind, value: usd },
    ]
  })
  return [
    {
      name: 'skein.results',
      description: 'Results of work in the memory',
      unit: '{result}',
      kind: 'gauge',
      value: computed,
    },
    { name: 'skein.reused', description: 'Results that were reused', unit: '{result}', kind: 'counter', value: reused },
    ...costs,
  ]
}

function samplesOfQueue({ queue, workers, activities }: WorkQueue): Sample[] {
  const sample = (
    name: string,
    description: string,
    kind: Figure['kind'],
    value: (activity: WorkQueue['activities'][number]) => number,
  ): Sample => ({
    name: `skein.queue.${name}`,
    description,
    unit: '{job}',
    kind,
    value: activities.map((activity) => ({
      value: value(activity),
      of: { queue, activity: activity.name, version: activity.version },
    })),
  })
  return [
    sample('jobs.waiting', 'Jobs that wait for a worker', 'gauge', ({ waiting }) => waiting),
    sample('jobs.running', 'Jobs that workers run', 'gauge', ({ running }) => running),
    sample('workers', 'Workers that have an activity', 'gauge', (activity) => activity.workers),
    sample('done', 'Jobs that are done', 'counter', ({ done }) => done),
    sample('failed', 'Jobs that failed', 'counter', ({ failed }) => failed),
    sample('retried', 'Jobs that callers submitted again after a failure', 'counter', ({ retried }) => retried),
    sample('stalled', 'Jobs whose worker ended or was cut off', 'counter', ({ stalled }) => stalled),
    {
      name: 'skein.queue.host.running',
      description: 'Jobs that a worker runs',
      unit: '{job}',
      kind: 'gauge',
      value: workers.map(({ id, host, running }) => ({ value: running, of: { queue, host, worker: id } })),
    },
  ]
}

function valuesOf(value: number | readonly FigureValue[]): readonly FigureValue[] {
  return typeof value === 'number' ? [{ value, of: {} }] : value
}

/** Several flocks, or versions of an activity, may have figures of the same labels. */
function sumByLabels(values: readonly FigureValue[]): readonly FigureValue[] {
  const sums = new Map<string, FigureValue>()
  for (const { value, of } of values) {
    const labels = labelsOf(of)
    sums.set(labels, { value: value + (sums.get(labels)?.value ?? 0), of })
  }
  return [...sums.values()]
}

function textOf({ name, description, unit, kind, value }: Sample): string {
  const suffix = `${unit === 's' ? '_seconds' : ''}${kind === 'counter' ? '_total' : ''}`
  const full = `${nameOf(name)}${suffix}`
  const lines = valuesOf(value).map((one) => `${full}${labelsOf(one.of)} ${one.value}\n`)
  return `# HELP ${full} ${description}\n# TYPE ${full} ${kind}\n${lines.join('')}`
}

function nameOf(name: string): string {
  return name.replaceAll('.', '_')
}

/** Names that somebody else has given may hold anything. */
function labelsOf(of: FigureValue['of']): string {
  const labels = Object.entries(of).map(([name, text]) => {
    const escaped = text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
    return `${nameOf(name)}="${escaped}"`
  })
  return labels.length === 0 ? '' : `{${labels.join(',')}}`
}
