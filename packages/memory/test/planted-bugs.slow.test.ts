import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import { describe, expect, it, onTestFinished } from 'vitest'

import { plantedBugs } from './fixtures/planted-bugs.ts'

interface Outcome {
  readonly fullName: string
  readonly status: string
  readonly failureMessages: readonly string[]
}

/** For each bug, cases that must name it; others would fail as well. */
const namedBy: Readonly<Record<keyof typeof plantedBugs, readonly string[]>> = {
  'names a next page after a last page that is exactly full': [
    'store lists names no next page (oldest) after a last one that is exactly full',
    'store lists names no next page (newest) after a last one that is exactly full',
  ],
  'reads a key that is asked for twice once': ['store records reads a key that is asked for twice, twice'],
  'tells of a change before it can be read': ['store feed calls back once a change can be read, and the feed holds it'],
  'reports its link down and never up again': [
    'facts hybrid are isolated: a reader that changes its value affects no other reader',
  ],
  'says that the feed ends where it does not': ['store feed lists every change in order, from any position'],
  'gives positions and versions again after a loss': [
    'data loss after an older state was put back, the store gives higher positions and versions from then on',
    'data loss after an older state was put back, the store tells a watcher, who would miss changes otherwise',
  ],
  'lets its clock run backwards': [
    'store clock never runs backwards, and stamps what is written later with a later time',
  ],
  'finds what has expired': ['store expiry returns nothing that has expired, swept or not'],
  'reads what has expired': [
    'store expiry returns nothing that has expired, swept or not',
    'once hybrid takes over from a dead worker, and refuses its late result',
    'claims refuse writes once they are lost',
    'verify an intact memory reports no corruption',
  ],
}

/** Runs cases of the suite on a store with a bug, in a process of its own; resolves to its failures. */
async function failuresOf(bug: string, cases: readonly string[] = []): Promise<readonly Outcome[]> {
  const folder = mkdtempSync(join(tmpdir(), 'skein-planted-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const outputFile = join(folder, 'outcomes.json')
  const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs')
  const fixtures = join(import.meta.dirname, 'fixtures')
  // Patterns are held against names whose parts `>` separates.
  const words = (name: string): string => name.split(' ').map(RegExp.escape).join('(?: > | )')
  const named = cases.map(words).join('|')
  const args = ['run', '--root', fixtures, '--config', 'planted.config.ts', '--outputFile', outputFile]
  if (named !== '') args.push('--testNamePattern', named)
  const runner = spawn(process.execPath, [vitest, ...args], {
    env: { ...process.env, PLANTED_BUG: bug, VITEST: '' },
    stdio: 'ignore',
  })
  await once(runner, 'exit')
  const { testResults } = JSON.parse(readFileSync(outputFile, 'utf8')) as {
    readonly testResults: readonly { readonly assertionResults: readonly Outcome[] }[]
  }
  const outcomes = testResults.flatMap(({ assertionResults }) => assertionResults)
  expect(outcomes.length).toBeGreaterThan(5)
  return outcomes.filter(({ status }) => status === 'failed')
}

describe('describeStore catches a store that', () => {
  it.each(Object.keys(plantedBugs))('%s', async (bug) => {
    const cases = namedBy[bug] ?? []
    const failures = await failuresOf(bug, cases)
    const names = failures.map(({ fullName }) => fullName.replace(`Store contract: ${bug} `, ''))
    expect(names.toSorted()).toEqual(cases.toSorted())
    // A case that hangs says nothing of the fault.
    const hung = failures.filter(({ failureMessages }) => failureMessages.join().includes('timed out'))
    expect(hung.map(({ fullName }) => fullName)).toEqual([])
  })
})

it('describeStore accepts the store in which they are planted', async () => {
  expect(await failuresOf('none')).toEqual([])
})
