import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { sqliteStore } from '@skein/sqlite'
import { runReport } from 'skein'

import type { Asking, Contender, Question } from './question.ts'

const copies = 19
const report = join(import.meta.dirname, '../../examples/data/1981_jimmy_carter_d.txt')

/** What a run with the built-in model takes on two threads, against one: a summary of 4 MB into a new SQLite file. */
export async function runThreads({ quick }: Asking): Promise<Question> {
  const folder = mkdtempSync(join(tmpdir(), 'skein-bench-'))
  const file = join(folder, 'text.txt')
  writeFileSync(file, distinct(readFileSync(report, 'utf8'), quick ? 1 : copies))
  let runs = 0
  let expected: string | undefined
  const on = (threads: number): Contender => {
    const run = async (): Promise<number> => {
      runs += 1
      const path = join(folder, `${runs}.db`)
      const { summary } = await runReport({ files: [file], store: sqliteStore(path), threads })
      rmSync(path)
      const said = JSON.stringify(summary)
      expected ??= said
      if (said !== expected) throw new Error(`With ${threads} threads, the summary differs.`)
      return summary.length
    }
    return { name: threads === 1 ? '1 thread' : `${threads} threads`, check: async () => void (await run()), run }
  }
  return {
    name: 'run-threads',
    unit: `summary of ${quick ? '0.2' : '4'} MB of text by the built-in model`,
    times: 1,
    contenders: [on(1), on(2)],
    ratios: [{ of: '2 threads', to: '1 thread', most: 0.55, limit: writing }],
    close: async () => rmSync(folder, { recursive: true }),
  }
}

const writing =
  'One thread writes for all. On two processors it takes a share of what a second thread could use, and reading the file and starting take as long with two threads.'

/** Copies of a text in which words change places, so that no part repeats another. */
function distinct(text: string, count: number): string {
  const words = [...new Set(text.match(/\b[a-z]{5,}\b/g))]
  return Array.from({ length: count }, (_, copy) =>
    text.replaceAll(/\b[a-z]{5,}\b/g, (word) => {
      const place = words.indexOf(word)
      return copy > 0 && place % 4 === 0 ? (words[(place + copy * 97) % words.length] ?? word) : word
    }),
  ).join('\n\n')
}
