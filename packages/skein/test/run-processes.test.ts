import { join } from 'node:path'

import { sqliteStore } from '@skein/sqlite'
import { describe, expect, it } from 'vitest'

import { reportFile, temporaryFolder } from './sample-files.ts'
import { skein, startSkein } from './run-skein.ts'
import type { Ended } from './run-skein.ts'

interface Output {
  readonly summary: unknown
  readonly stats: { readonly used: { readonly calls: number }; readonly partsRead: number; readonly parts: number }
}

const run = (folder: string): string[] => [
  'run',
  reportFile,
  '--json',
  '--threads',
  '2',
  '--store',
  join(folder, 'flock.db'),
]

function outputOf(ended: Ended): Output {
  expect(ended).toMatchObject({ code: 0 })
  expect(ended.stderr).not.toMatch(/locked|Error/)
  return JSON.parse(ended.stdout) as Output
}

interface Work {
  /** Version 2 means taken once and finished once. */
  readonly version: number
  readonly value: string
}

/** The finished work of a store, by its key. */
async function finishedWork(folder: string): Promise<Map<string, Work>> {
  await using store = await sqliteStore(join(folder, 'flock.db')).open('default', 'writer')
  const { records } = await store.query({ collection: 'work', order: 'oldest', limit: 10_000 })
  return new Map(records.filter(({ value }) => value.includes('"done"')).map((record) => [record.id, record]))
}

/** How many notes finished work has taken: each was a call of the model. */
function notesIn(work: ReadonlyMap<string, Work>): number {
  const taken = [...work].filter(([key]) => key.includes('activity/note'))
  return taken.reduce((sum, [, { value }]) => sum + (JSON.parse(value) as { cost: { calls: number } }).cost.calls, 0)
}

describe('skein run', () => {
  it('continues after kill -9 without computing finished work again', async () => {
    const folder = temporaryFolder()
    const undisturbed = outputOf(await skein(run(temporaryFolder()), folder))

    // Without --json, lines of progress appear when a quarter is done.
    const { child, ended } = startSkein(
      run(folder).filter((flag) => flag !== '--json'),
      folder,
    )
    child.stderr?.on('data', (text: string) => {
      if (text.includes('summarizers:')) child.kill('SIGKILL')
    })
    expect(await ended).toMatchObject({ code: null, signal: 'SIGKILL' })
    const before = await finishedWork(folder)
    expect(before.size).toBeGreaterThan(0)

    const resumed = outputOf(await skein(run(folder), folder))
    const after = await finishedWork(folder)
    for (const [key, { version }] of before) expect([key, after.get(key)?.version]).toEqual([key, version])
    expect(notesIn(before)).toBeGreaterThan(0)
    expect(resumed.stats.partsRead).toBe(resumed.stats.parts - notesIn(before))
    expect(resumed.summary).toEqual(undisturbed.summary)
  })

  it('in two processes on one store summarizes no part twice', async () => {
    const folder = temporaryFolder()
    const both = await Promise.all([skein(run(folder), folder), skein(run(folder), folder)])
    const [first, second] = both.map(outputOf) as [Output, Output]
    expect(first.summary).toEqual(second.summary)
    expect(first.stats.partsRead + second.stats.partsRead).toBe(first.stats.parts)
    const work = await finishedWork(folder)
    expect([...work].filter(([, { version }]) => version !== 2)).toEqual([])
    expect(notesIn(work)).toBe(first.stats.parts)
  })
})
