import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { openMemory } from '@skein/memory'
import type { StoredRecord } from '@skein/memory/store'
import { sqliteStore } from '@skein/sqlite'
import { describe, expect, it } from 'vitest'

import { putRow } from '../../sqlite/test/put-row.ts'
import { expectClearError } from './expect-clear-error.ts'
import { skein } from './run-skein.ts'
import { folderWith } from './sample-files.ts'
import { filesIn } from './sample-memory.ts'
import { damage, folderWithReport, itRefuses } from './store-files.ts'

interface Findings {
  readonly spaces: readonly { readonly space: string; readonly records: object; readonly sealed: object }[]
  readonly corruptions: readonly { readonly space: string; readonly id: string; readonly raw: string }[]
}

describe('skein doctor', () => {
  it('says what a store holds, and changes nothing', async () => {
    const folder = await folderWithReport()
    await skein(['run', 'a.txt', '--store', 'x.db', '--space', 'other'], folder)
    const before = filesIn(folder)
    const { code, stdout, stderr } = await skein(['doctor', 'x.db'], folder)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^x\.db holds 2 spaces\.\n\ndefault\n {2}records {2}.*work 2.*\n/)
    expect(stdout).toMatch(
      /\nother\n {2}records .*\n {2}objects {2}6, [\d.]+ .*\n {2}feed {5}1 to \d+\n {2}sealed {3}nothing\n/,
    )
    expect(stdout).toMatch(/\nNothing is damaged\.\n$/)
    expect(filesIn(folder)).toEqual(before)
  })

  it('reports each corruption in a line, includes with --json the stored text, and exits with 1', async () => {
    const folder = await folderWithReport()
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

    const json = await skein(['doctor', 'x.db', '--json'], folder)
    expect({ code: json.code, stderr: json.stderr }).toEqual({ code: 1, stderr: '' })
    const { spaces, corruptions } = JSON.parse(json.stdout) as Findings
    expect(spaces).toMatchObject([{ space: 'default', sealed: {} }])
    expect(corruptions).toHaveLength(lines.length)
    for (const { space, raw } of corruptions)
      expect({ space, raw }).toEqual({ space: 'default', raw: expect.stringContaining('wild') })
  })

  it('prints ids that agents chose without control characters', async () => {
    const folder = folderWith({})
    const path = join(folder, 'x.db')
    const memory = await openMemory({ store: sqliteStore(path) })
    await memory.as({ id: 'eve', role: 'r' }).facts.set('\u001B[2J', 'a value to be damaged')
    await memory.close()
    damage(path, 'to be damaged', 'to be changed')
    const { code, stdout } = await skein(['doctor', 'x.db'], folder)
    expect({ code, line: stdout.split('\n').find((line) => line.startsWith('damaged')) }).toEqual({
      code: 1,
      line: expect.stringMatching(/^damaged: facts\/\uFFFD \(default\): /),
    })
  })

  it('verifies what is sealed with the keys of the environment, and names those that are missing', async () => {
    const key = randomBytes(32).toString('base64')
    const env = { SKEIN_KEYS: `autumn=${key}`, SKEIN_ENCRYPT_FROM: 'public' }
    const folder = await folderWithReport(env)
    expect(readFileSync(join(folder, 'x.db')).includes('geese')).toBe(false)
    expect(readFileSync(join(folder, 'x.db')).includes('wide lake')).toBe(false)
    const known = await skein(['doctor', 'x.db'], folder, env)
    expect(known).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/sealed {3}\d+ records and 6 objects with autumn/),
    })

    const unknown = await skein(['doctor', 'x.db'], folder)
    expect(unknown.code).toBe(1)
    expect(unknown.stdout).toMatch(
      /\nnot opened: \d+ records and 6 objects sealed with "autumn", which is not given\. Add that key to SKEIN_KEYS\.\n$/,
    )
    expectClearError(await skein(['doctor', 'x.db'], folder, { SKEIN_KEYS: 'autumn' }), 2, /SKEIN_KEYS.*a list like/)
    expectClearError(await skein(['run', 'a.txt'], folder, { SKEIN_KEYS: 'autumn' }), 2, /SKEIN_KEYS.*a list like/)
  })

  it('reports sealed records that somebody relabelled, put back or replaced by plain ones', async () => {
    const key = randomBytes(32).toString('base64')
    const folder = folderWith({})
    const path = join(folder, 'x.db')
    const memory = await openMemory({ store: sqliteStore(path), encryption: { keys: { k1: key }, current: 'k1' } })
    await memory.reseal()
    const { facts } = memory.as({ id: 'ann', role: 'r', clearance: { level: 'confidential' } })
    for (const id of ['relabelled', 'back', 'plain', 'kept']) await facts.set(id, id, { sensitivity: 'confidential' })
    await using store = await sqliteStore(path).open('default', 'reader')
    const records = await store.read(['relabelled', 'back', 'plain'].map((id) => ({ collection: 'facts', id })))
    await facts.set('back', 'newer', { sensitivity: 'confidential' })
    await memory.close()
    const changes = [{ sensitivity: 'public' as const }, {}, { value: '"plain"' }]
    for (const [index, record] of records.entries()) {
      putRow(path, 'default', { ...(record as StoredRecord), ...changes[index] })
    }
    const { code, stdout } = await skein(['doctor', 'x.db', '--json'], folder, { SKEIN_KEYS: `k1=${key}` })
    expect(code).toBe(1)
    const { corruptions } = JSON.parse(stdout) as Findings
    const ids = corruptions.map(({ id }) => id).filter((id) => !/^\d+$/.test(id))
    expect(ids.toSorted()).toEqual(['back', 'plain', 'relabelled'])
  })

  itRefuses([
    ['a store that does not exist', ['doctor', 'nope.db'], 1, /nope\.db does not exist/],
    ['a default store that does not exist', ['doctor', '.skein/memory.db'], 1, /does not exist/],
    ['a store in memory', ['doctor', 'memory:'], 2, /store/],
    ['a store of an unknown kind', ['doctor', 'mysql://localhost'], 2, /--store/],
    ['no store', ['doctor'], 2, /missing required argument/],
    ['a text', ['doctor', 'a.txt'], 1, /not a SQLite database/],
    ['an empty file', ['doctor', 'empty.db'], 1, /is empty/],
    ['a folder', ['doctor', '.'], 1, /can't be opened/],
  ])
})
