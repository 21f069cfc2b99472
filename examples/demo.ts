/**
 * Eight analysts answer eight questions about one long report: first each alone,
 * then with one shared memory, then once more with that memory warm.
 *
 * The flock counts every figure of the table while it works.
 *
 * @module
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { styleText } from 'node:util'

import { sqliteStore } from '@skein/sqlite'
import { renderSummary, runReport } from 'skein'
import type { Report, ReportStats } from 'skein'

const file = relative(process.cwd(), join(import.meta.dirname, 'data', '1981_jimmy_carter_d.txt'))
const questions = [
  'What was done about energy, and what remains to be done?',
  'How is the economy, and what is done against inflation?',
  'What is said about the hostages in Iran?',
  'How were human rights furthered?',
  'What should become of health care?',
  'What happened to farmers and agriculture?',
  'How strong is the national defense?',
  'What was done for the environment?',
]

const folder = mkdtempSync(join(tmpdir(), 'skein-demo-'))
const alone = join(folder, 'alone.db')
const together = join(folder, 'together.db')

try {
  console.log(`${questions.length} analysts, ${questions.length} questions, one report: ${file}\n`)
  const runs: readonly Run[] = [
    { title: 'alone', report: await run('Each analyst alone', alone, true) },
    { title: 'together', report: await run('All with one memory', together, false) },
    { title: 'again, warm', report: await run('Once more, with that memory', together, false) },
  ]
  console.log(`\n${table(runs)}\n`)
  const [first, second, third] = runs.map(({ report }) => JSON.stringify(report.summary))
  console.log(
    first === second && second === third
      ? 'All three runs came to the same summary:\n'
      : 'The summaries differ. This is the last one:\n',
  )
  console.log(renderSummary(runs[2]?.report.summary ?? [], process.stdout))
} finally {
  rmSync(folder, { recursive: true })
}

interface Run {
  readonly title: string
  readonly report: Report
}

async function run(label: string, path: string, isolated: boolean): Promise<Report> {
  const line = (text: string): boolean =>
    process.stdout.write(`${process.stdout.isTTY ? '\r\u001B[K' : ''}${text}${process.stdout.isTTY ? '' : '\n'}`)
  if (process.stdout.isTTY) line(`${label} …`)
  const report = await runReport({
    files: [file],
    questions,
    store: sqliteStore(path),
    isolated,
    ...(process.stdout.isTTY && {
      onProgress: ({ notes }) => void line(`${label} … ${notes.done} of ${notes.total} notes`),
    }),
  })
  line(`${label}: done in ${seconds(report.stats.wallMs)}`)
  if (process.stdout.isTTY) process.stdout.write('\n')
  return report
}

function table(runs: readonly Run[]): string {
  const rows: readonly (readonly [string, (stats: ReportStats) => string])[] = [
    ['parts read', (stats) => number(stats.partsRead)],
    ['model calls', (stats) => number(stats.used.calls)],
    ['tokens', (stats) => number(tokens(stats.used))],
    ['wall time', (stats) => seconds(stats.wallMs)],
    ['bytes copied between agents', (stats) => number(stats.bytesCopied)],
    ['saved by sharing: calls', (stats) => number(stats.saved.calls)],
    ['                  tokens', (stats) => number(tokens(stats.saved))],
    ['                  working time', (stats) => seconds(stats.saved.ms)],
  ]
  const width = 14
  const head = ['', ...runs.map(({ title }) => title)]
  const cells = rows.map(([name, value]) => [name, ...runs.map(({ report }) => value(report.stats))])
  const lines = [head, ...cells].map(
    ([name = '', ...values]) => name.padEnd(37) + values.map((value) => value.padStart(width)).join(''),
  )
  lines[0] = styleText('bold', lines[0] ?? '', { stream: process.stdout })
  return lines.join('\n')
}

function tokens({ inputTokens, outputTokens }: ReportStats['used']): number {
  return inputTokens + outputTokens
}

function number(value: number): string {
  return value.toLocaleString('en')
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s`
}
