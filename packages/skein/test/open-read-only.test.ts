import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { openMemory } from '@skein/memory'
import { faultyStore } from '@skein/memory/testing'
import { sqliteStore } from '@skein/sqlite'
import { beforeAll, describe, expect, it } from 'vitest'

import { expectClearError } from './expect-clear-error.ts'
import { skein, startSkein } from './run-skein.ts'
import type { Ended } from './run-skein.ts'
import { reportFile, temporaryFolder } from './sample-files.ts'
import { filesIn, folderForAll, openIn, secret } from './sample-memory.ts'

describe('a command that reads', () => {
  it('does not disturb a flock at work', async () => {
    const folder = temporaryFolder()
    const run = ['run', reportFile, '--store', 'x.db']
    const { child, ended } = startSkein(run, folder)
    const reads: Promise<Ended>[] = []
    child.stderr?.on('data', (text: string) => {
      if (!text.includes('summarizers:') || reads.length > 0) return
      reads.push(...[['ls', 'work'], ['stats']].map((args) => skein([...args, '--store', 'x.db'], folder)))
    })
    expect(await ended).toMatchObject({ code: 0, stderr: expect.not.stringMatching(/locked|busy|rror/) })
    expect(reads.length).toBeGreaterThan(0)
    for (const { code, stdout, stderr } of await Promise.all(reads)) {
      expect({ code, stderr: stderr.replace(/^There are more.*\n/, '') }).toEqual({ code: 0, stderr: '' })
      expect(stdout).not.toBe('')
    }
    const again = JSON.parse((await skein([...run, '--json'], folder)).stdout) as { stats: object }
    expect(again.stats).toMatchObject({ used: { calls: 0 } })
  })

  const bare = folderForAll()
  beforeAll(async () => {
    writeFileSync(join(bare, 'a.txt'), 'text')
    await (await openIn(bare)).close()
  })

  it.each([
    ['a store that does not exist', ['ls', '--store', 'nope.db'], 1, /nope\.db does not exist/],
    ['no default store', ['stats'], 1, /\.skein\/memory\.db does not exist: .*--store.*skein run/],
    [
      'no such space',
      ['ls', '--store', 'x.db', '--space', 'other'],
      1,
      /x\.db has no space "other"\. .*--space: default/,
    ],
    ['a store in memory', ['ls', '--store', 'memory:'], 2, /store/],
    ['a text file', ['ls', '--store', 'a.txt'], 1, /not a SQLite database/],
    ['an unknown collection', ['ls', 'fax', '--store', 'x.db'], 2, /Allowed choices are facts,/],
    ['an odd time', ['audit', '--since', 'yesterday', '--store', 'x.db'], 2, /--since.*30s, 10m, 2h, 3d/],
    ['an impossible day', ['audit', '--until', '2026-02-30', '--store', 'x.db'], 2, /--until.*2026-11-21/],
    ['an unknown level', ['ls', '--clearance', 'secret', '--store', 'x.db'], 2, /--clearance.*confidential\+finance/],
    [
      'an unknown right',
      ['audit', '--right', 'all', '--store', 'x.db'],
      2,
      /--right.*Expected one of audit, declassify, correct, erase, hold, control, administer/,
    ],
    ['a bad cursor', ['ls', 'facts', '--cursor', 'x', '--store', 'x.db'], 2, /cursor/],
    ['a bad limit', ['ls', 'facts', '--limit', '0', '--store', 'x.db'], 2, /--limit.*an integer from 1 to 1,000/],
    ['a blank id', ['ls', '--as', ' ', '--store', 'x.db'], 2, /--as.*isn't blank/],
    ['bytes of a fact', ['get', 'facts', 'a', '--raw', '--store', 'x.db'], 1, /--raw works for objects only/],
  ] as const)('refuses %s in one clear sentence, and creates nothing', async (_, args, code, text) => {
    const before = filesIn(bare)
    expectClearError(await skein(args, bare), code, text)
    expect(filesIn(bare)).toEqual(before)
  })
})

describe('a sealed space', () => {
  const folder = folderForAll()
  const [autumn, winter] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')]
  const sealed = { keys: { autumn }, current: 'autumn', from: 'public' } as const

  it('opens with the keys of the environment, and stays sealed as it is', async () => {
    await using own = await openIn(folder, { encryption: sealed })
    await own.reseal()
    const clearance = { level: 'confidential' } as const
    const { facts, escalations } = own.as({ id: 'ann', role: 'sales', clearance })
    await facts.set('plan', secret, { sensitivity: 'confidential' })
    const { id } = await escalations.open({ task: 't', reason: secret, sensitivity: 'confidential' })
    const who = ['--as', 'eve', '--clearance', 'confidential', '--store', 'x.db']
    const env = { SKEIN_KEYS: `autumn=${autumn},winter=${winter}`, SKEIN_CURRENT_KEY: 'winter' }
    const shown = await skein(['get', 'facts', 'plan', ...who], folder, env)
    expect(shown).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining(`value\n  ${secret}\n`) })
    expect(await skein(['answer', id, `${secret}!`, ...who], folder, env)).toMatchObject({ code: 0, stderr: '' })
    expect(await escalations.get(id)).toMatchObject({ answer: `${secret}!` })
    await own.close()
    expect(await skein(['doctor', 'x.db'], folder, env)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/sealed {3}\d+ records and 0 objects with autumn\n/),
    })
    expect(readFileSync(join(folder, 'x.db')).includes(secret)).toBe(false)
  })

  it('is not sealed any further by a command that only looks', async () => {
    const begun = folderForAll()
    await using own = await openIn(begun)
    const clearance = { level: 'confidential' } as const
    await own.as({ id: 'ann', role: 'sales', clearance }).facts.set('plan', secret, { sensitivity: 'confidential' })
    await own.close()
    // A program that was killed when it had only begun.
    const { driver, faults } = faultyStore(sqliteStore(join(begun, 'x.db')))
    faults.fail('write', { collection: 'facts' })
    await using killed = await openMemory({ store: driver, encryption: { ...sealed, from: 'confidential' } })
    await expect(killed.reseal()).rejects.toThrow('Injected fault')
    await killed.close()
    const env = { SKEIN_KEYS: `autumn=${autumn}` }
    const shown = await skein(['get', 'facts', 'plan', '--clearance', 'confidential', '--store', 'x.db'], begun, env)
    expect(shown).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining(secret) })
    expect(readFileSync(join(begun, 'x.db')).includes(secret)).toBe(true)
  })

  it('may be one that is not sealed, where a command writes what is internal', async () => {
    const plain = folderForAll()
    await using own = await openIn(plain)
    const { escalations } = own.as({ id: 'ann', role: 'sales', clearance: { level: 'internal' } })
    const { id } = await escalations.open({ task: 't', reason: 'why', sensitivity: 'internal' })
    const who = ['--as', 'eve', '--clearance', 'internal', '--store', 'x.db']
    expect(await skein(['answer', id, 'so', ...who], plain)).toMatchObject({ code: 0, stderr: '' })
    expect(await escalations.get(id)).toMatchObject({ answer: 'so' })
  })

  it('names the key that is missing, and says that the audit may lack the access', async () => {
    const who = ['--clearance', 'confidential', '--store', 'x.db']
    const { code, stdout, stderr } = await skein(['get', 'facts', 'plan', ...who], folder)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(/^skein: This is sealed with the key "autumn", which is not given.*\n.*SKEIN_KEYS/m)
    expect(stderr).toMatch(
      /^skein: The audit may lack this access\. This space seals data from "public" on, with the key "autumn"/m,
    )
  })
})
