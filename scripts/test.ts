/**
 * Runs tests: `pnpm test` all of them, the slow lane last; `pnpm test memory/facts`
 * the file for facts in the memory; `pnpm test redis` all of a package; `--fast`
 * leaves the slow lane out. Other options go to vitest.
 *
 * @module
 */

import { spawnSync } from 'node:child_process'
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import { slow } from './slow-last.ts'
import type { RunRecord } from './summary-reporter.ts'

const root = join(import.meta.dirname, '..')
const given = process.argv.slice(2)
const isFast = given.includes('--fast')
const options = given.filter((word) => word.startsWith('-') && word !== '--fast')
const files = given.filter((word) => !word.startsWith('-')).flatMap(filesOf)

const excluded = isFast ? ['--exclude', `**/*${slow}`] : []
const record = join(mkdtempSync(join(tmpdir(), 'skein-tests-')), 'record.json')
const status = runTests([...files, ...excluded, ...options])
const first = existsSync(record) ? (JSON.parse(readFileSync(record, 'utf8')) as RunRecord) : undefined
// What V8 ended runs once more. That is no failure of a test, but nothing is known of it.
const isOnlyLost = status !== 0 && first !== undefined && first.failed === 0 && first.lost.length > 0
process.exitCode = isOnlyLost ? runTests([...first.lost, ...options], JSON.stringify(first)) : status
rmSync(dirname(record), { recursive: true })

/** @param before - The record of a run that this one completes. */
function runTests(args: readonly string[], before = '{}'): number {
  const env = {
    ...process.env,
    // Very many tests start a process: it starts twice as fast when its sources need not be compiled again.
    NODE_COMPILE_CACHE: join(root, 'node_modules/.cache/compile'),
    SKEIN_TESTS_RECORD: record,
    SKEIN_TESTS_BEFORE: before,
  }
  return spawnSync('vitest', ['run', ...args], { cwd: root, stdio: 'inherit', env }).status ?? 1
}

/** The test files that a word means: a path, a package, or `package/name`. */
function filesOf(word: string): readonly string[] {
  if (existsSync(join(root, word))) return [word]
  const [folder = '', ...rest] = word.split('/')
  const name = rest.join('/')
  const found = globSync([`packages/${folder}/test/**/${name}*.test.{ts,tsx}`, `${folder}/**/${name}*.test.ts`], {
    cwd: root,
    exclude: ['**/node_modules/**'],
  })
  if (found.length > 0) return found.toSorted()
  const own = globSync(`packages/${folder}/test/**/*.test.ts`, { cwd: root }).toSorted()
  const hint = own.length > 0 ? `\nThere are:\n  ${own.join('\n  ')}` : ''
  process.stderr.write(`No test file is named "${word}". Say PACKAGE, PACKAGE/NAME or a path.${hint}\n`)
  process.exit(2)
}
