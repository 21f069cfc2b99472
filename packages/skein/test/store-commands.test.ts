import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { openMemory } from '@skein/memory'
import { sqliteStore } from '@skein/sqlite'
import { describe, expect, it } from 'vitest'

import { expectClearError } from './expect-clear-error.ts'
import { folderWith, story } from './report-file.ts'
import { skein } from './run-skein.ts'

/** A folder with a text and the memory of a report on it. */
async function folderWithMemory(env?: NodeJS.ProcessEnv): Promise<string> {
  const folder = folderWith({ 'a.txt': story })
  expect(await skein(['run', 'a.txt', '--store', 'x.db'], folder, env)).toMatchObject({ code: 0 })
  return folder
}

/** Changes letters of what is stored, in place. */
function damage(file: string, before: string, after: string): void {
  const bytes = readFileSync(file, 'latin1')
  expect(bytes).toContain(before)
  writeFileSync(file, bytes.replaceAll(before, after), 'latin1')
}

const filesIn = (folder: string): Record<string, string> =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'base64')]))

interface Findings {
  readonly spaces: readonly { readonly space: string; readonly records: object; readonly sealed: object }[]
  readonly corruptions: readonly { readonly space: string; readonly id: string; readonly raw: string }[]
}

describe('skein doctor', () => {
  it('says what a store holds, and changes nothing', async () => {
    const folder = await folderWithMemory()
    await skein(['run', 'a.txt', '--store', 'x.db', '--space', 'other'], folder)
    const before = filesIn(folder)
    const { code, stdout, stderr } = await skein(['doctor', 'x.db'], folder)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^x\.db holds 2 spaces\.\n\ndefault\n {2}records {2}.*work 3.*\n/)
    expect(stdout).toMatch(
      /\nother\n {2}records .*\n {2}objects {2}4, \d+ .*\n {2}feed {5}1 to \d+\n {2}sealed {3}nothing\n/,
    )
    expect(stdout).toMatch(/\nNothing is damaged\.\n$/)
    expect(filesIn(folder)).toEqual(before)
  })

  it('tells each damage in a line, shows with --json what stands there, and ends with 1', async () => {
    const folder = await folderWithMemory()
    damage(join(folder, 'x.db'), 'whole wide lake', 'whole wild lake')
    const { code, stdout, stderr } = await skein(['doctor', 'x.db'], folder)
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
    const lines = stdout.split('\n').filter((line) => line.startsWith('damaged: '))
    expect(lines).toContainEqual(
      expect.stringMatching(/^damaged: work\/.* \(default\): .*its checksum does not match\.$/),
    )
    expect(lines).toContainEqual(
      expect.stringMatching(/^damaged: object\/[0-9a-f]{64} \(default\): .*hash.*does not match\.$/),
    )
    expect(stdout).not.toContain('Nothing is damaged')

    const told = await skein(['doctor', 'x.db', '--json'], folder)
    expect({ code: told.code, stderr: told.stderr }).toEqual({ code: 1, stderr: '' })
    const { spaces, corruptions: damages } = JSON.parse(told.stdout) as Findings
    expect(spaces).toMatchObject([{ space: 'default', sealed: {} }])
    expect(damages).toHaveLength(lines.length)
    for (const { space, raw } of damages)
      expect({ space, raw }).toEqual({ space: 'default', raw: expect.stringContaining('wild') })
  })

  it('lets no name of an agent get at the terminal', async () => {
    const folder = folderWith({})
    const path = join(folder, 'x.db')
    const memory = await openMemory({ store: sqliteStore(path) })
    await memory.as({ id: 'eve', role: 'r' }).facts.set('\u001B[2J', 'a value to be damaged')
    await memory.close()
    damage(path, 'to be damaged', 'to be changed')
    const { code, stdout } = await skein(['doctor', 'x.db'], folder)
    expect({ code, line: stdout.split('\n').find((line) => line.startsWith('damaged')) }).toEqual({
      code: 1,
      line: expect.stringMatching(/^damaged: facts\/\uFFFD\[2J \(default\): /),
    })
  })

  it('looks into what is sealed with the keys of the environment, and names those that are missing', async () => {
    const key = randomBytes(32).toString('base64')
    const env = { SKEIN_KEYS: `autumn=${key}`, SKEIN_ENCRYPT_FROM: 'public' }
    const folder = await folderWithMemory(env)
    for (const bytes of Object.values(filesIn(folder))) expect(bytes).not.toContain('geese')
    expect(readFileSync(join(folder, 'x.db')).includes('wide lake')).toBe(false)
    const known = await skein(['doctor', 'x.db'], folder, env)
    expect(known).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/sealed {3}\d+ records and 4 objects with autumn/),
    })

    const unknown = await skein(['doctor', 'x.db'], folder)
    expect(unknown.code).toBe(1)
    expect(unknown.stdout).toMatch(
      /\nnot opened: \d+ records and 4 objects sealed with "autumn", which is not given\. Add that key to SKEIN_KEYS\.\n$/,
    )
    expectClearError(await skein(['doctor', 'x.db'], folder, { SKEIN_KEYS: 'autumn' }), 2, /SKEIN_KEYS.*a list like/)
    expectClearError(await skein(['run', 'a.txt'], folder, { SKEIN_KEYS: 'autumn' }), 2, /SKEIN_KEYS.*a list like/)
  })
})

describe('skein backup and skein restore', () => {
  it('keep a memory as it is, so that nothing is computed again', async () => {
    const folder = await folderWithMemory()
    const saved = await skein(['backup', 'x.db', 'monday.db'], folder)
    expect(saved).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Backed up x\.db to monday\.db: 1 space \(default\), \d+ KB\.\n$/),
    })
    expect(saved.stderr).toMatch(/pages: (\d+) of \1\n$/)
    const restored = await skein(['restore', 'monday.db', 'y.db'], folder)
    expect(restored).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Restored monday\.db to y\.db: 1 space/) })
    const { stdout } = await skein(['run', 'a.txt', '--store', 'y.db', '--json'], folder)
    const { stats } = JSON.parse(stdout) as { stats: { modelCalls: number } }
    expect(stats.modelCalls).toBe(0)
    expect(readdirSync(folder).toSorted()).toEqual(['a.txt', 'monday.db', 'x.db', 'y.db'])
  })

  it('overwrite only when told, and print with --json one object and nothing else', async () => {
    const folder = await folderWithMemory()
    await skein(['backup', 'x.db', 'monday.db'], folder)
    const before = filesIn(folder)
    for (const args of [
      ['backup', 'x.db', 'monday.db'],
      ['restore', 'monday.db', 'x.db'],
    ]) {
      expectClearError(await skein(args, folder), 1, /is there already and was left as it is.*--overwrite/)
      expect(filesIn(folder)).toEqual(before)
    }
    for (const [command, from, to] of [
      ['backup', 'x.db', 'monday.db'],
      ['restore', 'monday.db', 'x.db'],
    ] as const) {
      const { code, stdout, stderr } = await skein([command, from, to, '--overwrite', '--json'], folder)
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      expect(JSON.parse(stdout)).toEqual({ from, to, bytes: expect.any(Number), spaces: ['default'] })
    }
  })

  it('restore what is damaged only when told', async () => {
    const folder = await folderWithMemory()
    await skein(['backup', 'x.db', 'monday.db'], folder)
    damage(join(folder, 'monday.db'), 'whole wide lake', 'whole wild lake')
    const args = ['restore', 'monday.db', 'x.db', '--overwrite']
    const before = filesIn(folder)
    expectClearError(await skein(args, folder), 1, /monday\.db is damaged at .* so it was not restored/)
    expect(filesIn(folder)).toEqual(before)
    expect(await skein([...args, '--keep-damaged'], folder)).toMatchObject({ code: 0 })
    expect(await skein(['doctor', 'x.db'], folder)).toMatchObject({ code: 1 })
  })

  it('make the folder where memories live by themselves', async () => {
    const folder = await folderWithMemory()
    expect(await skein(['restore', 'x.db', '.skein/memory.db'], folder)).toMatchObject({ code: 0 })
    expect(readdirSync(join(folder, '.skein'))).toEqual(['memory.db'])
  })
})

describe('bad input', () => {
  it.each([
    ['a store that is not there', ['doctor', 'nope.db'], 1, /nope\.db does not exist/],
    ['a default store that is not there', ['doctor', '.skein/memory.db'], 1, /does not exist/],
    ['a store in memory', ['doctor', 'memory:'], 2, /store/],
    ['a store of an unknown kind', ['doctor', 'mysql://localhost'], 2, /--store/],
    ['no store', ['doctor'], 2, /missing required argument/],
    ['a text', ['doctor', 'a.txt'], 1, /no SQLite database/],
    ['an empty file', ['doctor', 'empty.db'], 1, /is empty/],
    ['a folder', ['doctor', '.'], 1, /can't be opened/],
    ['a backup of nothing', ['backup', 'nope.db', 'copy.db'], 1, /nope\.db does not exist/],
    ['a backup of a text', ['backup', 'a.txt', 'copy.db'], 1, /no SQLite database/],
    ['a backup of an empty file', ['backup', 'empty.db', 'copy.db'], 1, /is empty/],
    ['a backup of a server', ['backup', 'redis://localhost', 'copy.db'], 2, /the path of a database file/],
    ['a backup to no folder', ['backup', 'x.db', 'no/copy.db'], 1, /folder does not exist/],
    ['a backup onto itself', ['backup', 'x.db', './x.db', '--overwrite'], 2, /another file/],
    ['a backup to nowhere', ['backup', 'x.db'], 2, /missing required argument/],
    ['a restore of nothing', ['restore', 'nope.db', 'y.db'], 1, /nope\.db does not exist/],
    ['a restore of a text', ['restore', 'a.txt', 'x.db', '--overwrite'], 1, /no SQLite database/],
    ['an unknown option', ['restore', 'x.db', 'y.db', '--overwrit'], 2, /--overwrite/],
  ] as const)('%s is refused in one clear sentence, and nothing is made or changed', async (_, args, code, text) => {
    const folder = folderWith({ 'a.txt': story, 'empty.db': '' })
    await (await openMemory({ store: sqliteStore(join(folder, 'x.db')) })).close()
    const before = filesIn(folder)
    expectClearError(await skein(args, folder), code, text)
    expect(filesIn(folder)).toEqual(before)
  })
})
