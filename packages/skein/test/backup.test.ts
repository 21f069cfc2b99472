import { readdirSync } from 'node:fs'

import { describe, expect, it } from 'vitest'

import { expectClearError } from './expect-clear-error.ts'
import { skein } from './run-skein.ts'
import { filesIn } from './sample-memory.ts'
import { folderWithReport, itRefuses } from './store-files.ts'

describe('skein backup', () => {
  it('copies a memory with all that it knows: nothing is computed again', async () => {
    const folder = await folderWithReport()
    const saved = await skein(['backup', 'x.db', 'monday.db'], folder)
    expect(saved).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Backed up x\.db to monday\.db: 1 space \(default\), \d+ KB\.\n$/),
    })
    expect(saved.stderr).toMatch(/pages: (\d+) of \1\n$/)
    const { stdout } = await skein(['run', 'a.txt', '--store', 'monday.db', '--json'], folder)
    const { stats } = JSON.parse(stdout) as { stats: { used: { calls: number } } }
    expect(stats.used.calls).toBe(0)
    expect(readdirSync(folder).toSorted()).toEqual(['a.txt', 'monday.db', 'x.db'])
  })

  it('overwrites only with --overwrite, and prints with --json one object and nothing else', async () => {
    const folder = await folderWithReport()
    await skein(['backup', 'x.db', 'monday.db'], folder)
    const before = filesIn(folder)
    const refused = await skein(['backup', 'x.db', 'monday.db'], folder)
    expectClearError(refused, 1, /exists already and was left unchanged.*--overwrite/)
    expect(filesIn(folder)).toEqual(before)
    const { code, stdout, stderr } = await skein(['backup', 'x.db', 'monday.db', '--overwrite', '--json'], folder)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(JSON.parse(stdout)).toEqual({
      from: 'x.db',
      to: 'monday.db',
      bytes: expect.any(Number),
      spaces: ['default'],
    })
  })

  itRefuses([
    ['a backup of nothing', ['backup', 'nope.db', 'copy.db'], 1, /nope\.db does not exist/],
    ['a backup of a text', ['backup', 'a.txt', 'copy.db'], 1, /not a SQLite database/],
    ['a backup of an empty file', ['backup', 'empty.db', 'copy.db'], 1, /is empty/],
    ['a backup of a server', ['backup', 'redis://localhost', 'copy.db'], 2, /the path of a database file/],
    ['a backup to no folder', ['backup', 'x.db', 'no/copy.db'], 1, /folder does not exist/],
    ['a backup onto itself', ['backup', 'x.db', './x.db', '--overwrite'], 2, /another file/],
    ['a backup to nowhere', ['backup', 'x.db'], 2, /missing required argument/],
  ])
})
