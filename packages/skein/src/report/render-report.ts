import { styleText } from 'node:util'
import type { WriteStream } from 'node:tty'

import type { DropReason, Drops } from '@skein/core/executor'
import { plainText } from '@skein/memory/runtime'
import type { Cost } from '@skein/memory/types'

import { countOf } from '../terminal/amounts.ts'
import type { Report, ReportStats, SummarySentence } from './report.ts'
import { numberText } from '../terminal/number-text.ts'

/** Renders a report: the cited summary, and its cost. */
export function renderReport({ summary, unanswered, stats }: Report, stream: WriteStream): string {
  const missing = unanswered.filter((question) => !summary.some((sentence) => sentence.question === question))
  const rest = missing.map((question) => `${bold(question, stream)}\n  ${notFound}`)
  const answers = summary.length > 0 || rest.length === 0 ? [renderSummary(summary, stream)] : []
  return [...answers, ...rest, dim(renderStats(stats), stream)].join('\n\n')
}

function bold(text: string, stream: WriteStream): string {
  return styleText('bold', plainText(text), { stream })
}

const notFound = 'Nothing was found that answers this.'

/**
 * Renders cited sentences, each under the question that it answers, or that nothing was found to answer.
 *
 * @example
 * ```ts
 * import { renderSummary } from 'skein'
 *
 * const sentence = { text: 'Energy is saved.', citations: [{ source: 'energy.txt', start: 0, end: 16 }] }
 * renderSummary([sentence], process.stdout).includes('Energy is saved.') // => true
 * ```
 */
export function renderSummary(summary: readonly SummarySentence[], stream: WriteStream): string {
  if (summary.length === 0) return notFound
  const lines: string[] = []
  let question: string | undefined
  for (const [index, sentence] of summary.entries()) {
    if (index === 0 || sentence.question !== question) {
      question = sentence.question
      lines.push(...(index > 0 ? [''] : []), bold(question ?? 'Summary', stream))
      if (sentence.fallback) lines.push(`  ${notFound} A summary instead:`)
    }
    const places = sentence.citations.map(placeOf).join(', ')
    lines.push(`  • ${plainText(sentence.text.replaceAll(/\s+/g, ' '))} ${dim(`[${places}]`, stream)}`)
  }
  return lines.join('\n')
}

function placeOf({ source, start, end, page }: SummarySentence['citations'][number]): string {
  return page === undefined
    ? `${plainText(source)}:${start}-${end}`
    : `${plainText(source)}, page ${page}:${start}-${end}`
}

function renderStats(stats: ReportStats): string {
  const { parts, analysts, used, saved, wallMs, droppedSentences, droppedFor } = stats
  const tokensOf = ({ inputTokens, outputTokens }: Cost): string => countOf(inputTokens + outputTokens, 'token')
  const cached = used.cachedInputTokens
  const work = [
    countOf(parts, 'part'),
    countOf(analysts, 'analyst'),
    countOf(Math.round(used.calls), 'model call'),
    tokensOf(used) + (cached > 0 ? ` (${numberText(cached)} from the provider's prompt cache)` : ''),
  ]
  return [
    work.join(', '),
    ...(saved.calls > 0 ? [`sharing saved ${countOf(Math.round(saved.calls), 'call')} and ${tokensOf(saved)}`] : []),
    ...(droppedSentences > 0 ? [renderDrops(droppedSentences, droppedFor)] : []),
    `${(wallMs / 1000).toFixed(1)} s`,
  ].join('; ')
}

function renderDrops(dropped: number, reasons: Drops): string {
  const counts = (Object.entries(reasons) as [DropReason, number][]).map(([why, count]) => `${count} ${causes[why]}`)
  const why = counts.length > 0 ? ` (${counts.join(', ')})` : ''
  return `${countOf(dropped, 'sentence')} without evidence left out${why}`
}

/** What sentences were left out for. */
const causes: Readonly<Record<DropReason, string>> = {
  absent: 'with a quote that its source does not contain',
  little: 'with too short a quote',
  repeated: 'with a quote that occurs more than once',
  malformed: 'without a quote',
}

function dim(text: string, stream: WriteStream): string {
  return styleText('dim', text, { stream })
}
