import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { afterAll, describe, expect, it } from 'vitest'

import { currentFormat, oldestFormat } from '../src/schema/database-format.ts'
import { crashStates } from './crash-states.ts'
import type { Fate } from './crash-states.ts'
import { fastFolder } from './fast-folder.ts'
import { formatAfterCrash } from './format-after-crash.ts'
import { numbersFrom } from './numbers-from.ts'
import { oldFile } from './old-database.ts'
import { recordRun } from './recorded-run.ts'
import { findStrace, howToGetStrace } from './strace.ts'

const strace = findStrace()
const base = fastFolder()
afterAll(() => rmSync(base, { recursive: true }))
const script = join(import.meta.dirname, 'fixtures/migrating-process.ts')

/** The path of the database in a new folder, which is empty. */
function newPath(name: string): string {
  mkdirSync(join(base, name))
  return join(base, name, 'flock.db')
}

describe.skipIf(strace === undefined)(`a migration (${howToGetStrace})`, () => {
  it.each([
    { call: 'pwrite64', every: 8 },
    { call: 'fsync', every: 1 },
    { call: 'link', every: 1 },
    { call: 'unlink', every: 1 },
    { call: 'ftruncate', every: 1 },
  ])('that is killed at any $call leaves the old database or the new one with its copy', async ({ call, every }) => {
    const formats: number[] = []
    for (let times = 1; ; times += every) {
      const path = newPath(`${call}-${times}`)
      copyFileSync(oldFile, path)
      const options = ['-o', '/dev/null', '-e', `trace=${call}`, '-e', `inject=${call}:signal=SIGKILL:when=${times}`]
      const { signal } = spawnSync(strace ?? '', [...options, process.execPath, '--no-warnings', script, path])
      if (signal !== 'SIGKILL') break
      formats.push(await formatAfterCrash(path))
    }
    // Once it is new it stays new.
    expect(formats).toEqual(formats.toSorted((a, b) => a - b))
    expect(formats.length).toBeGreaterThan(0)
    if (call === 'fsync') expect(new Set(formats)).toEqual(new Set([oldestFormat, currentFormat]))
  })

  it.each<{ fate: Fate; every: number; seed: number }>([
    { fate: 'lost', every: 1, seed: 1 },
    { fate: 'kept', every: 4, seed: 2 },
    { fate: 'kept in part', every: 4, seed: 3 },
    { fate: 'torn', every: 4, seed: 4 },
  ])('survives a power cut when unsynced writes are $fate', async ({ fate, every, seed }) => {
    const recorded = newPath(`recorded-${seed}`)
    copyFileSync(oldFile, recorded)
    const deeds = recordRun(strace ?? '', recorded, [process.execPath, '--no-warnings', script, recorded, 'kill'])
    const formats = new Set<number>()
    let states = 0
    const onDisk = new Map([['flock.db', readFileSync(oldFile)]])
    for (const { files } of crashStates(deeds, fate, every, numbersFrom(seed), onDisk)) {
      states += 1
      const path = newPath(`after-${seed}-${states}`)
      for (const [name, content] of files) writeFileSync(join(path, '..', name), content)
      formats.add(await formatAfterCrash(path))
    }
    expect(formats).toEqual(new Set([oldestFormat, currentFormat]))
    expect(states).toBeGreaterThan(20)
  })
})
