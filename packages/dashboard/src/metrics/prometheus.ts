import { sumOfLedger } from '@skein/memory/runtime'
import type { Figure } from '@skein/memory/runtime'
import type { LedgerReport } from '@skein/memory/types'

/** A number as Prometheus gets it. */
type Sample = Omit<Figure, 'read'> & { readonly value: number }

/**
 * Figures in the text format of Prometheus, version 0.0.4.
 *
 * @param figures - Those that telemetry has of this process.
 * @param ledger - Of the whole memory, as far as the viewer may see.
 */
export function prometheusText(figures: readonly Figure[], ledger: LedgerReport): string {
  return [...samplesNow(figures), ...samplesOf(ledger)].map((sample) => textOf(sample)).join('')
}

function samplesNow(figures: readonly Figure[]): Sample[] {
  const byName = new Map<string, Sample>()
  for (const { read, ...figure } of figures) {
    const value = read()
    // Of work, the ledger tells what the viewer may see.
    if (value === undefined || figure.name.startsWith('skein.work.')) continue
    // Several flocks of one memory have the same figures.
    byName.set(figure.name, { ...figure, value: value + (byName.get(figure.name)?.value ?? 0) })
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

function textOf({ name, description, unit, kind, value }: Sample): string {
  const suffix = `${unit === 's' ? '_seconds' : ''}${kind === 'counter' ? '_total' : ''}`
  const full = `${name.replaceAll('.', '_')}${suffix}`
  return `# HELP ${full} ${description}\n# TYPE ${full} ${kind}\n${full} ${value}\n`
}
