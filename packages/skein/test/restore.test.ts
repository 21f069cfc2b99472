import { readdirSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { expectClearError } from './expect-clear-error.ts'
import { skein } from './run-skein.ts'
import { filesIn } from './sample-memory.ts'
import { damage, folderWithReport, itRefuses } from './store-files.ts'

/** A folder with the memory `x.db` of a report, and its backup `monday.db`. */
async function folderWithBackup(): Promise<string> {
  const folder = await folderWithReport()
  expect(await skein(['backup', 'x.db', 'monday.db'], folder)).toMatchObject({ code: 0 })
  return folder
}

describe('skein restore', () => {
  it('restores a memory with all that it knows: nothing is computed again', async () => {
    const folder = await folderWithBackup()
    const restored = await skein(['restore', 'monday.db', 'y.db'], folder)
    expect(restored).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Restored monday\.db to y\.db: 1 space/) })
    const { stdout } = await skein(['run', 'a.txt', '--store', 'y.db', '--json'], folder)
    const { stats } = JSON.parse(stdout) as { stats: { used: { calls: number } } }
    expect(stats.used.calls).toBe(0)
    expect(readdirSync(folder).toSorted()).toEqual(['a.txt', 'monday.db', 'x.db', 'y.db'])
  })

  it('overwrites only with --overwrite, and prints with --json one object and nothing else', async () => {
    const folder = await folderWithBackup()
    const before = filesIn(folder)
    const refused = await skein(['restore', 'monday.db', 'x.db'], folder)
    expectClearError(refused, 1, /exists already and was left unchanged.*--overwrite/)
    expect(filesIn(folder)).toEqual(before)
    const { code, stdout, stderr } = await skein(['restore', 'monday.db', 'x.db', '--overwrite', '--json'], folder)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(JSON.parse(stdout)).toEqual({
      from: 'monday.db',
      to: 'x.db',
      bytes: expect.any(Number),
      spaces: ['default'],
    })
  })

  it('restores damaged records only with --keep-damaged', async () => {
    const folder = await folderWithBackup()
    damage(join(folder, 'monday.db'), 'whole wide lake', 'whole wild lake')
    const args = ['restore', 'monday.db', 'x.db', '--overwrite']
    const before = filesIn(folder)
    expectClearError(await skein(args, folder), 1, /monday\.db is damaged at .* so it was not restored/)
    expect(filesIn(folder)).toEqual(before)
    expect(await skein([...args, '--keep-damaged'], folder)).toMatchObject({ code: 0 })
    expect(await skein(['doctor', 'x.db'], folder)).toMatchObject({ code: 1 })
  })

  it('creates the folder of the default store', async () => {
    const folder = await folderWithReport()
    expect(await skein(['restore', 'x.db', '.skein/memory.db'], folder)).toMatchObject({ code: 0 })
    expect(readdirSync(join(folder, '.skein'))).toEqual(['memory.db'])
  })

  itRefuses([
    ['a restore of nothing', ['restore', 'nope.db', 'y.db'], 1, /nope\.db does not exist/],
    ['a restore of a text', ['restore', 'a.txt', 'x.db', '--overwrite'], 1, /not a SQLite database/],
    ['an unknown option', ['restore', 'x.db', 'y.db', '--overwrit'], 2, /--overwrite/],
  ])
})
