import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { Expectation } from './announcements.ts'
import { crashStates, ForgetfulDisk } from './crash-states.ts'
import type { CrashState, Fate } from './crash-states.ts'
import { fastFolder } from './fast-folder.ts'
import { findSpaces } from './found-spaces.ts'
import { numbersFrom } from './numbers-from.ts'
import { recordRun } from './recorded-run.ts'
import type { Deed } from './recorded-run.ts'
import { findStrace, howToGetStrace } from './strace.ts'

const strace = findStrace()
const base = fastFolder()
afterAll(() => rmSync(base, { recursive: true }))

interface Run {
  readonly deeds: readonly Deed[]
  /** As they were at the end. */
  readonly files: ReadonlyMap<string, Buffer>
}

function record(durability: 'full' | 'relaxed', rounds: number): Run {
  const folder = join(base, durability)
  mkdirSync(folder)
  const path = join(folder, 'flock.db')
  const script = join(import.meta.dirname, 'fixtures/announcing-process.ts')
  const deeds = recordRun(strace ?? '', path, [process.execPath, script, path, durability, `${rounds}`])
  const files = new Map(['flock.db', 'flock.db-wal'].map((name) => [name, readFileSync(join(folder, name))]))
  return { deeds, files }
}

/** Everything that is wrong after the power came back. */
async function faultsAfter({ files, announcements }: CrashState): Promise<string[]> {
  const folder = join(base, 'after')
  mkdirSync(folder)
  for (const [name, content] of files) writeFileSync(join(folder, name), content)
  const { records, faults } = await findSpaces(join(folder, 'flock.db'), ['home', 'other'])
  rmSync(folder, { recursive: true })
  return [...faults, ...new Expectation(announcements).faultsOf(records)]
}

describe.skipIf(strace === undefined)(`a power cut (${howToGetStrace})`, () => {
  let full: Run
  beforeAll(() => {
    full = record('full', 300)
  })

  it('is simulated from a complete recording, which ends with the very files of the run', () => {
    const disk = new ForgetfulDisk()
    for (const deed of full.deeds) disk.do(deed)
    const files = disk.filesAfter('kept', Math.random)
    expect([...files.keys()]).toEqual([...full.files.keys()])
    for (const [name, content] of full.files) expect(files.get(name)?.equals(content)).toBe(true)
  })

  it.each<{ fate: Fate; every: number; seed: number; least: number }>([
    { fate: 'lost', every: 1, seed: 1, least: 300 },
    { fate: 'kept', every: 9, seed: 2, least: 400 },
    { fate: 'kept in part', every: 9, seed: 3, least: 400 },
    { fate: 'torn', every: 9, seed: 4, least: 400 },
  ])(
    'loses no acknowledged write and leaves no partial one when unsynced ones are $fate: $least states',
    async ({ fate, every, seed, least }) => {
      const found: string[] = []
      let states = 0
      for (const state of crashStates(full.deeds, fate, every, numbersFrom(seed))) {
        states += 1
        for (const fault of await faultsAfter(state)) found.push(`state ${states}: ${fault}`)
      }
      expect(found.slice(0, 20)).toEqual([])
      expect(states).toBeGreaterThanOrEqual(least)
    },
  )

  it('loses acknowledged writes and damages the file if syncs do nothing, so these tests can fail', async () => {
    const deeds = full.deeds.filter(({ type }) => type !== 'sync')
    const found = new Set<string>()
    for (const state of crashStates(deeds, 'kept in part', 200, numbersFrom(5))) {
      for (const fault of await faultsAfter(state)) found.add(fault.replace(/:.*/, ''))
    }
    expect([...found]).toEqual(expect.arrayContaining(['lost', 'damaged']))
  })

  it('takes only the last writes from a relaxed store, and leaves no partial write', async () => {
    const relaxed = record('relaxed', 100)
    let lost = 0
    for (const state of crashStates(relaxed.deeds, 'torn', 40, numbersFrom(6))) {
      const faults = await faultsAfter(state)
      const acknowledged = state.announcements.flatMap((one) => ('acknowledged' in one ? one.acknowledged : []))
      const missing = faults.map((fault) => Number(/^lost: write (\d+)/.exec(fault)?.[1]))
      // Those of one transaction are acknowledged in any order.
      const inOrder = acknowledged.toSorted((a, b) => a - b)
      expect(missing).toEqual(inOrder.slice(inOrder.length - missing.length))
      lost += missing.length
    }
    expect(lost).toBeGreaterThan(0)
  })
})
