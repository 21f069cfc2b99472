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

/** The finished work of a store: key → version. Version 2 means taken once and finished once. */
async function finishedWork(folder: string): Promise<Map<string, number>> {
  await using store = await sqliteStore(join(folder, 'flock.db')).open('default', 'writer')
  const { records } = await store.query({ collection: 'work', order: 'oldest', limit: 10_000 })
  return new Map(records.filter(({ value }) => value.includes('"done"')).map(({ id, version }) => [id, version]))
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
    for (const [key, version] of before) expect([key, after.get(key)]).toEqual([key, version])
    const notesBefore = [...before.keys()].filter((key) => key.includes('activity/note')).length
    expect(resumed.stats.partsRead).toBe(resumed.stats.parts - notesBefore)
    expect(resumed.summary).toEqual(undisturbed.summary)
  })

  it('in two processes on one store summarizes no part twice', async () => {
    const folder = temporaryFolder()
    const both = await Promise.all([skein(run(folder), folder), skein(run(folder), folder)])
    const [first, second] = both.map(outputOf) as [Output, Output]
    expect(first.summary).toEqual(second.summary)
    expect(first.stats.partsRead + second.stats.partsRead).toBe(first.stats.parts)
    const work = await finishedWork(folder)
    expect([...work].filter(([, version]) => version !== 2)).toEqual([])
    expect(work.size).toBeGreaterThan(first.stats.parts)
  })
})
