import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'

import { questions } from '../questions.ts'
import type { Run } from '../run.ts'
import { chart } from './chart.ts'
import { merge } from './merge.ts'
import { results } from './results.ts'

const folder = join(import.meta.dirname, '../..')

/**
 * Writes a run as data (`results.json`), as text (`RESULTS.md`), and as one chart for each question. Questions that it
 * did not ask keep what `results.json` says of them.
 *
 * @returns the paths of the written files.
 * @throws if that is of another machine.
 */
export function writeReport(latest: Run): string[] {
  const known = join(folder, 'results.json')
  const before = existsSync(known) ? (JSON.parse(readFileSync(known, 'utf8')) as Run) : undefined
  const run = merge(latest, before, Object.keys(questions))
  mkdirSync(join(folder, 'charts'), { recursive: true })
  const files: [path: string, text: string][] = [
    ['results.json', `${JSON.stringify(run, null, 2)}\n`],
    ['RESULTS.md', results(run)],
  ]
  for (const answer of run.answers) {
    if ('measured' in answer) files.push([join('charts', `${answer.question}.svg`), chart(answer)])
  }
  const paths = files.map(([path]) => join(folder, path))
  for (const [path, text] of files) writeFileSync(join(folder, path), text)
  // The check of the repository requires formatted files.
  const formatted = paths.filter((path) => !path.endsWith('.svg'))
  execFileSync(join(folder, '../node_modules/.bin/oxfmt'), formatted, { stdio: 'ignore' })
  return paths.map((path) => relative(process.cwd(), path))
}
