import { styleText } from 'node:util'
import type { WriteStream } from 'node:tty'

import { plainText } from '@skein/memory/runtime'
import type { Seq, StoreTraits } from '@skein/memory/store'
import type { Cost, LedgerLine } from '@skein/memory/types'

import type { RemovedByRules } from '../inspect/removed-by-rules.ts'
import type { SavedWork } from '../inspect/saved-work.ts'
import { countOf } from '../terminal/amounts.ts'
import { columnsOf, renderTable } from '../terminal/table.ts'
import { numberText } from '../terminal/number-text.ts'

/** Metrics of a memory. Counts cover what the view may see. */
export interface MemoryMetrics {
  readonly store: string
  readonly space: string
  readonly traits: StoreTraits
  readonly feed: { readonly last: Seq }
  /** By collection. */
  readonly records: Readonly<Record<string, { readonly count: number; readonly isCut: boolean }>>
  readonly work: SavedWork
  readonly escalations: { readonly open: number; readonly taken: number }
  /** Saved agents by status. */
  readonly agents: Readonly<Record<string, number>>
  /** What rules of retention have removed, by the reason in the audit; absent without the right to read that. */
  readonly retention?: RemovedByRules
}

const durabilities: Readonly<Record<StoreTraits['durable'], string>> = {
  full: 'acknowledged writes survive power cuts',
  process: 'acknowledged writes survive a crash',
  none: 'nothing survives the process',
}

const reaches: Readonly<Record<StoreTraits['reach'], string>> = {
  process: 'this process only',
  host: 'all processes of this machine',
  network: 'many machines',
}

/** Renders the metrics of a memory. */
export function renderStats(metrics: MemoryMetrics, stream: WriteStream): string {
  const { store, space, traits, feed, records, work, escalations, agents, retention } = metrics
  const counts = Object.entries(records).map(([collection, { count, isCut }]) => {
    return `${collection} ${numberText(count)}${isCut ? '+' : ''}`
  })
  const saved = Object.entries(agents).map(([status, count]) => `${plainText(status)} ${numberText(count)}`)
  const waiting = escalations.open + escalations.taken
  const width = columnsOf(stream)
  const section = (title: string, texts: readonly string[]): string[] => fill(`  ${title.padEnd(9)}`, texts, width)
  return [
    styleText('bold', plainText(`${space} in ${store}`), { stream }),
    ...section('records', counts.length === 0 ? ['none'] : counts),
    ...section('feed', [`${countOf(feed.last, 'change')} so far`]),
    ...section(
      'people',
      waiting === 0 ? ['no escalations wait'] : [`${escalations.open} open`, `${escalations.taken} taken`],
    ),
    ...section('agents', saved.length === 0 ? ['none saved'] : saved),
    ...(retention ? section('rules', removedTexts(retention)) : []),
    ...section('store', [`for ${reaches[traits.reach]}`, durabilities[traits.durable]]),
    '',
    ...workLines(work, stream),
  ].join('\n')
}

function removedTexts({ rules, isCut }: RemovedByRules): string[] {
  const texts = Object.entries(rules).map(([reason, { records, lastAt }]) => {
    const [count, last] = [countOf(records, 'record'), new Date(lastAt).toISOString()]
    return `${count} ${plainText(reason)}, last ${last}`
  })
  if (texts.length === 0) return ['nothing was removed']
  return isCut ? [...texts, 'and more before that'] : texts
}

/** Lists texts after a title, over as many lines as they take. */
function fill(title: string, texts: readonly string[], width: number): string[] {
  const lines = [title]
  for (const [index, text] of texts.entries()) {
    const more = index === texts.length - 1 ? text : `${text}, `
    const line = lines.at(-1) ?? ''
    if (index > 0 && line.length + more.trimEnd().length > width) lines.push(' '.repeat(title.length) + more)
    else lines[lines.length - 1] = line + more
  }
  return lines.map((line) => line.trimEnd())
}

function workLines({ kinds, total, missingKey }: SavedWork, stream: WriteStream): string[] {
  if (missingKey !== undefined) {
    return [`What work used and saved is sealed with "${plainText(missingKey)}". Add that key to SKEIN_KEYS.`]
  }
  const rows = Object.entries(kinds).toSorted(([, a], [, b]) => b.saved.ms - a.saved.ms)
  if (rows.length === 0) return ['No shared work has been computed yet.']
  type Row = readonly [kind: string, line: LedgerLine]
  const money = (usd = 0): string => (usd === 0 ? '' : `$${usd.toFixed(usd < 1 ? 4 : 2)}`)
  const number = (of: (line: LedgerLine) => number) => (row: Row) => numberText(Math.round(of(row[1])))
  const tokens = ({ inputTokens, outputTokens }: Cost): number => inputTokens + outputTokens
  const seconds = (of: (line: LedgerLine) => number) => (row: Row) => `${(of(row[1]) / 1_000).toFixed(1)} s`
  // From the prompt cache of a provider.
  const cached = { title: 'CACHED', of: number(({ used }) => used.cachedInputTokens), align: 'right' } as const
  return renderTable<Row>(
    rows.length === 1 ? rows : [...rows, ['all', total]],
    [
      { title: 'WORK', of: ([kind]) => kind },
      { title: 'COMPUTED', of: number(({ computed }) => computed), align: 'right' },
      { title: 'TOOK', of: seconds(({ used }) => used.ms), align: 'right' },
      { title: 'CALLS', of: number(({ used }) => used.calls), align: 'right' },
      { title: 'TOKENS', of: number(({ used }) => tokens(used)), align: 'right' },
      ...(total.used.cachedInputTokens > 0 ? [cached] : []),
      { title: 'COST', of: ([, { used }]) => money(used.usd), align: 'right' },
      { title: 'REUSED', of: number(({ reused }) => reused), align: 'right' },
      { title: 'SAVED', of: seconds(({ saved }) => saved.ms), align: 'right' },
      { title: 'CALLS', of: number(({ saved }) => saved.calls), align: 'right' },
      { title: 'TOKENS', of: number(({ saved }) => tokens(saved)), align: 'right' },
      { title: 'COST', of: ([, { saved }]) => money(saved.usd), align: 'right' },
    ],
    stream,
  )
}
