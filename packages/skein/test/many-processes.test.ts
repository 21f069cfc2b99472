import { join } from 'node:path'

import { sqliteStore } from '@skein/sqlite'
import { describe, expect, it } from 'vitest'

import { reportFile, temporaryFolder } from './report-file.ts'
import { skein, startSkein } from './run-skein.ts'
import type { Ended } from './run-skein.ts'

interface Output {
  readonly summary: unknown
  readonly stats: { readonly modelCalls: number; readonly partsRead: number; readonly parts: number }
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

/** All finished work of a store: key → version. A version of 2 is one taking and one finishing. */
async function finishedWork(folder: string): Promise<Map<string, number>> {
  await using store = await sqliteStore(join(folder, 'flock.db')).open('default', 'writer')
  const { records } = await store.query({ collection: 'work', order: 'oldest', limit: 10_000 })
  return new Map(records.filter(({ value }) => value.includes('"done"')).map(({ id, version }) => [id, version]))
}

describe('skein run', () => {
  it('goes on after kill -9 where it was: nothing that was finished is computed again', async () => {
    const folder = temporaryFolder()
    const undisturbed = outputOf(await skein(run(temporaryFolder()), folder))

    // Without --json: the lines of progress tell when a quarter is done.
    const { child, ended } = startSkein(
      run(folder).filter((flag) => flag !== '--json'),
      folder,
    )
    child.stderr?.on('data', (text: string) => {
      if (text.includes('summarisers:')) child.kill('SIGKILL')
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

  it('in two processes at once on one store summarises no part twice', async () => {
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
