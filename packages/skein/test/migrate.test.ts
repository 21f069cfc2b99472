import { describe, expect, it } from 'vitest'

import { skein } from './run-skein.ts'
import { filesIn, openIn } from './sample-memory.ts'
import { folderWithReport, itRefuses } from './store-files.ts'

describe('skein migrate', () => {
  it('opens each space of a file for writing, and says that the file has the current format', async () => {
    const folder = await folderWithReport()
    await (await openIn(folder, { space: 'other' })).close()
    const before = filesIn(folder)
    expect(await skein(['migrate', 'x.db'], folder)).toEqual({
      code: 0,
      signal: null,
      stdout: 'x.db has the current format:\n  default\n  other\n',
      stderr: '',
    })
    expect(await skein(['migrate', 'x.db', '--space', 'other', '--json'], folder)).toMatchObject({
      code: 0,
      stdout: '{"store":"x.db","spaces":[{"space":"other"}]}\n',
      stderr: '',
    })
    // It has the current format already.
    expect(filesIn(folder)).toEqual(before)
  })

  itRefuses([
    ['a store that does not exist', ['migrate', 'nope.db'], 1, /nope\.db does not exist/],
    ['a space that does not exist', ['migrate', 'x.db', '--space', 'other'], 1, /x\.db has no space "other"/],
    ['a blank space', ['migrate', 'x.db', '--space', ' '], 2, /--space.*isn't blank/],
    ['a store in memory', ['migrate', 'memory:'], 2, /store/],
    ['a store of an unknown kind', ['migrate', 'mysql://localhost'], 2, /--store/],
    ['no store', ['migrate'], 2, /missing required argument/],
    ['a text file', ['migrate', 'a.txt'], 1, /not a SQLite database/],
    ['an empty file', ['migrate', 'empty.db'], 1, /is empty/],
  ])
})
