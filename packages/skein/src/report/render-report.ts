import { styleText } from 'node:util'
import type { WriteStream } from 'node:tty'

import type { Report, ReportStats, SummarySentence } from './run-report.ts'
import { countOf } from '../terminal/amounts.ts'

/** A report as text for a person: the summary with numbered sources, and what it took. */
export function renderReport({ summary, stats }: Report, stream: WriteStream): string {
  return [renderSummary(summary, stream), '', dim(renderStats(stats), stream)].join('\n')
}

/** The cited sentences, under the question that they answer. */
export function renderSummary(summary: readonly SummarySentence[], stream: WriteStream): string {
  if (summary.length === 0) return 'Nothing was found that answers this.'
  const lines: string[] = []
  let question: string | undefined
  for (const [index, sentence] of summary.entries()) {
    if (index === 0 || sentence.question !== question) {
      question = sentence.question
      lines.push(...(index > 0 ? [''] : []), styleText('bold', question ?? 'Summary', { stream }))
    }
    const places = sentence.citations.map(({ source, start, end }) => `${source}:${start}-${end}`).join(', ')
    lines.push(`  • ${sentence.text.replaceAll(/\s+/g, ' ')} ${dim(`[${places}]`, stream)}`)
  }
  return lines.join('\n')
}

function renderStats(stats: ReportStats): string {
  const { parts, analysts, modelCalls, reusedCalls, tokens, savedTokens, wallMs, droppedSentences } = stats
  const dropped =
    droppedSentences > 0 ? `; ${countOf(droppedSentences, 'sentence')} left out, which no source backs` : ''
  const saved =
    reusedCalls > 0
      ? `; ${countOf(reusedCalls, 'call')} and ${savedTokens.toLocaleString('en')} tokens spared by the shared memory`
      : ''
  return `${countOf(parts, 'part')}, ${countOf(analysts, 'analyst')}, ${countOf(modelCalls, 'model call')}, ${tokens.toLocaleString('en')} tokens${saved}${dropped}; ${(wallMs / 1000).toFixed(1)} s`
}

function dim(text: string, stream: WriteStream): string {
  return styleText('dim', text, { stream })
}
