import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'

import { sqliteStore } from '@skein/sqlite'
import { beforeAll, describe, expect, it } from 'vitest'

import { expectClearError } from './expect-clear-error.ts'
import { cleared, filesIn, filledFolder, folderForAll, openIn, secret } from './looked-at-memory.ts'
import type { LookedAt } from './looked-at-memory.ts'
import { reportFile, temporaryFolder } from './report-file.ts'
import { cli, skein, startSkein } from './run-skein.ts'
import type { Ended } from './run-skein.ts'

let at: LookedAt
beforeAll(async () => {
  at = await filledFolder()
})

const wide = { COLUMNS: '150' }
const look = (...args: string[]): Promise<Ended> => skein([...args, '--store', 'x.db'], at.folder, wide)

async function jsonOf<T>(...args: string[]): Promise<T> {
  const { code, stdout, stderr } = await look(...args, '--json')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout.trim().split('\n')).toHaveLength(1)
  return JSON.parse(stdout) as T
}

/** Ages and times are of no account. */
const timeless = (text: string): string =>
  text.replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, 'TIME').replaceAll(/ *\b(?:\d+ (?:s|min)|AGE)\b/g, ' AGE')

describe('skein ls', () => {
  it('without a collection says what there is, and changes nothing', async () => {
    const before = filesIn(at.folder)
    const shown = await look('ls')
    const { collections } = await jsonOf<{ collections: object[] }>('ls')
    expect(shown).toMatchObject({ code: 0, stderr: '' })
    expect(timeless(shown.stdout)).toBe(
      [
        'COLLECTION    RECORDS  NEWEST',
        'facts               2 AGE ago by ann',
        'observations        2 AGE ago by ann',
        'decisions           1 AGE ago by ann',
        'learnings           1 AGE ago by ann',
        'escalations         1 AGE ago by ann',
        'objects             2 AGE ago by ann',
        'work                1 AGE ago by ann',
        '',
      ].join('\n'),
    )
    expect(collections[0]).toMatchObject({ collection: 'facts', records: 2, isCut: false, newest: { id: 'last' } })
    expect(filesIn(at.folder)).toEqual(before)
  })

  it('with one lists its records, filtered and page by page', async () => {
    const shown = await look('ls', 'facts', '--tag', 'crm', '--author', 'ann', '--task', 'deal/7')
    expect(timeless(shown.stdout)).toBe(
      [
        'ID     V AGE  AUTHOR  TASK    TAGS       VALUE',
        'price  2 AGE  ann     deal/7  crm,price  {"low":11,"high":12}',
        '1 record',
        '',
      ].join('\n'),
    )
    const first = await look('ls', 'facts', '--limit', '1')
    const cursor = /^There are more: add --cursor (\d+)\n$/.exec(first.stderr)?.[1] ?? ''
    const { items } = await jsonOf<{ items: { id: string }[] }>('ls', 'facts', '--limit', '1', '--cursor', cursor)
    expect(items).toMatchObject([{ id: 'price', version: 2, author: 'ann', tags: ['crm', 'price'] }])
    expect(await look('ls', 'alerts')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^No alerts here/) })
  })
})

describe('skein get', () => {
  it('shows all about a record', async () => {
    const { code, stdout } = await look('get', 'facts', 'price')
    expect(code).toBe(0)
    expect(timeless(stdout)).toMatch(
      /^facts\/price\nversion {4}2, change \d+\nauthor {5}ann\ntask {7}deal\/7\ntags {7}crm, price\nlabel {6}public\nmade {7}TIME, AGE ago\nchanged {4}TIME, AGE ago\ntime left AGE, until TIME\nvalue\n {2}\{\n {4}"low": 11,\n {4}"high": 12\n {2}\}\n$/,
    )
  })

  it('shows the lineage of an object both ways, its text, and writes its bytes', async () => {
    const id = at.publicObject
    const [shown, told, raw] = await Promise.all([
      look('get', 'objects', `${id.slice(0, 8)}…`),
      jsonOf<{ uses: object[]; sources: object[] }>('get', 'objects', id),
      look('get', 'objects', id, '--raw'),
    ])
    expect(shown.stdout).toContain(`objects/${id}\n`)
    expect(shown.stdout).toContain(
      'content    32 bytes of text/plain\n  The first chapter of the report.\nused by\n  objects/',
    )
    expect(told).toMatchObject({ id, sources: [], uses: [{ collection: 'objects', author: 'ann', distance: 1 }] })
    expect(raw).toMatchObject({ code: 0, stdout: 'The first chapter of the report.', stderr: '' })
    const { id: note } = told.uses[0] as { id: string }
    expect(await jsonOf('get', 'objects', note)).toMatchObject({
      sources: [{ id, distance: 1 }],
      uses: [{ collection: 'observations', author: 'ann', distance: 1 }],
    })
  })
})

it('skein search finds words of each kind, and shows where', async () => {
  const { stdout } = await look('search', 'prices')
  const lines = stdout.split('\n').map((line) => line.replaceAll(/ {2,}/g, ' | '))
  expect(lines.slice(1, 4).map((line) => line.split(' | ').at(-1))).toEqual([
    'Acme raised its prices in autumn',
    'go — The price pays.',
    expect.stringContaining('Prices convince them.'),
  ])
  const only = await jsonOf<{ items: { collection: string }[] }>('search', 'price', '--collection', 'decisions')
  expect(only.items).toMatchObject([{ collection: 'decisions', value: { decision: 'go' } }])
  expect(await look('search', 'giraffe')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Nothing in obs/) })
})

it('skein stats sums up records, work, people, agents and the store', async () => {
  const before = filesIn(at.folder)
  const { stdout } = await look('stats')
  const figures = await jsonOf('stats')
  expect(stdout).toMatch(/^default in x\.db\n {2}records {2}facts 2, observations 2, .*work 1\n {2}feed {5}\d+ changes/)
  expect(stdout).toMatch(
    / {2}people {3}1 open, 0 taken\n {2}agents {3}none saved\n {2}store {4}for all processes of this/,
  )
  expect(stdout).toMatch(/\ngist +1 +\d+\.\d s +100 +\$0\.2500 +1 +\d+\.\d s +100 +\$0\.2500\n$/)
  expect(figures).toMatchObject({
    traits: { durable: 'full', reach: 'host' },
    work: { kinds: { gist: { computed: 1, reused: 1, savedTokens: 100, savedUsd: 0.25 } }, total: { computed: 1 } },
    escalations: { open: 1, taken: 0 },
    agents: {},
  })
  expect(await jsonOf('stats', ...cleared)).toMatchObject({ agents: { active: 1 }, escalations: { open: 2 } })
  expect(filesIn(at.folder)).toEqual(before)
})

describe('skein audit', () => {
  it('tells who looked at values, and who was refused; the newest last', async () => {
    const refused = await look('audit', '--as', 'eve')
    expectClearError(refused, 1, /"eve" needs the right "audit"/)
    await look('get', 'facts', 'price', '--as', 'bob')
    const { stdout } = await look('audit', '--as', 'kim', '--right', 'audit', '--since', '1h')
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ {2,}/).slice(1))
    expect(lines).toContainEqual(['eve', 'audit', 'refused', 'audit', 'lacks the right "audit"'])
    expect(lines.at(-1)).toEqual(['bob', 'read', 'hit', 'facts/price'])
    const { entries } = await jsonOf<{ entries: object[] }>('audit', '--right', 'audit', '--agent', 'bob')
    expect(entries).toMatchObject([{ agent: 'bob', action: 'read', outcome: 'hit', id: 'price', count: 1 }])
    const streamed = await look('audit', '--right', 'audit', '--json-lines', '--action', 'write', '--id', 'price')
    const versions = streamed.stdout
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { version: number }).version)
    expect(versions).toEqual([1, 2])
  })

  it('is all that a look writes', async () => {
    await using store = await sqliteStore(join(at.folder, 'x.db')).open('default', 'reader')
    const { last } = await store.changes(Number.MAX_SAFE_INTEGER, 1)
    await Promise.all([look('ls', 'facts'), look('inbox', at.publicQuestion), look('search', 'price')])
    const { changes } = await store.changes(last, 100)
    expect(changes.map(({ collection }) => collection)).toEqual(['audit', 'audit', 'audit'])
  })
})

describe('a clearance', () => {
  const commands = (): (readonly string[])[] => [
    ['ls'],
    ['ls', 'facts'],
    ['ls', 'work', '--json'],
    ['ls', 'agents'],
    ['get', 'objects', at.secretObject],
    ['get', 'objects', at.secretObject, '--raw'],
    ['search', 'price'],
    ['inbox', '--state', 'all'],
    ['inbox', at.publicQuestion],
    ['inbox', at.secretQuestion],
    ['audit', '--right', 'audit', '--json-lines'],
    ['stats'],
  ]

  it('keeps from a looker whatever it does not cover, in every command', async () => {
    const shown = await Promise.all(commands().map((command) => look(...command)))
    const leaks = commands().filter((_, index) => JSON.stringify(shown[index]).includes(secret))
    expect(leaks).toEqual([])
  })

  it('shows the same commands the rest, where it covers it', async () => {
    const shown = await Promise.all(
      commands()
        .slice(1)
        .map((command) => look(...command, ...cleared)),
    )
    const without = commands()
      .slice(1)
      .filter((_, index) => !shown[index]?.stdout.includes(secret))
    expect(without).toEqual([])
  })
})

it('fits its terminal, and plain output goes to a pipe', async () => {
  const narrow = await skein(['ls', 'objects', '--store', 'x.db'], at.folder, { COLUMNS: '40' })
  expect(narrow.stdout).toContain('…')
  for (const line of narrow.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(40)
  const piped = await skein(['ls', 'objects', '--store', 'x.db'], at.folder, { COLUMNS: undefined })
  expect(piped.stdout).toContain(at.publicObject)
})

it.skipIf(spawnSync('script', ['--version']).status !== 0)('fits a real terminal (needs script)', () => {
  const run = (args: string): string => `stty cols 44; ${process.execPath} ${cli} ${args} --store x.db`
  const inTerminal = (args: string) =>
    spawnSync('script', ['-qec', run(args), '/dev/null'], { cwd: at.folder, encoding: 'utf8' })
  const { stdout } = inTerminal('ls objects')
  const lines = stripVTControlCharacters(stdout).split('\r\n')
  expect(lines[1]).toMatch(/^[0-9a-f]+…/)
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(44)
  expect(inTerminal(`get objects ${at.publicObject} --raw`).stdout).toMatch(/Send it to a file or a program/)
})

it('does not disturb a flock at work', async () => {
  const folder = temporaryFolder()
  const run = ['run', reportFile, '--store', 'x.db']
  const { child, ended } = startSkein(run, folder)
  const looks: Promise<Ended>[] = []
  child.stderr?.on('data', (text: string) => {
    if (!text.includes('summarisers:') || looks.length > 0) return
    looks.push(...[['ls', 'work'], ['stats']].map((args) => skein([...args, '--store', 'x.db'], folder)))
  })
  expect(await ended).toMatchObject({ code: 0, stderr: expect.not.stringMatching(/locked|busy|rror/) })
  expect(looks.length).toBeGreaterThan(0)
  for (const { code, stdout, stderr } of await Promise.all(looks)) {
    expect({ code, stderr: stderr.replace(/^There are more.*\n/, '') }).toEqual({ code: 0, stderr: '' })
    expect(stdout).not.toBe('')
  }
  const again = JSON.parse((await skein([...run, '--json'], folder)).stdout) as { stats: object }
  expect(again.stats).toMatchObject({ modelCalls: 0 })
})

describe('what is not there', () => {
  const bare = folderForAll()
  beforeAll(async () => {
    writeFileSync(join(bare, 'a.txt'), 'text')
    await (await openIn(bare)).close()
  })

  it('a record: looks like one that may not be seen', async () => {
    const [absent, hidden] = await Promise.all([look('get', 'facts', 'nope'), look('get', 'facts', `hidden/${secret}`)])
    expectClearError(absent, 1, /No fact "nope" that this principal can see/)
    expect(hidden).toEqual({ ...absent, stderr: absent.stderr.replace('nope', `hidden/${secret}`) })
    expectClearError(await look('get', 'facts', '…'), 1, /No fact/)
  })

  it.each([
    ['a store', ['ls', '--store', 'nope.db'], 1, /nope\.db does not exist/],
    ['the usual store', ['stats'], 1, /\.skein\/memory\.db does not exist: .*--store.*skein run/],
    ['a space', ['ls', '--store', 'x.db', '--space', 'other'], 1, /x\.db has no space "other"\. .*--space: default/],
    ['a store in memory', ['ls', '--store', 'memory:'], 2, /store/],
    ['a text', ['ls', '--store', 'a.txt'], 1, /no SQLite database/],
    ['a kind', ['ls', 'fax', '--store', 'x.db'], 2, /Allowed choices are facts,/],
    ['a time', ['audit', '--since', 'yesterday', '--store', 'x.db'], 2, /--since.*30s, 10m, 2h, 3d/],
    ['a day', ['audit', '--until', '2026-02-30', '--store', 'x.db'], 2, /--until.*2026-11-21/],
    ['a level', ['ls', '--clearance', 'secret', '--store', 'x.db'], 2, /--clearance.*confidential\+finance/],
    ['a right', ['audit', '--right', 'all', '--store', 'x.db'], 2, /--right.*audit, declassify, administer/],
    ['a cursor', ['ls', 'facts', '--cursor', 'x', '--store', 'x.db'], 2, /cursor/],
    ['a limit', ['ls', 'facts', '--limit', '0', '--store', 'x.db'], 2, /--limit.*1 to 1,000/],
    ['a person', ['ls', '--as', ' ', '--store', 'x.db'], 2, /--as.*not empty/],
    ['bytes of a fact', ['get', 'facts', 'a', '--raw', '--store', 'x.db'], 1, /--raw is for objects only/],
  ] as const)('%s: is said clearly, and nothing is made', async (_, args, code, text) => {
    const before = filesIn(bare)
    expectClearError(await skein(args, bare), code, text)
    expect(filesIn(bare)).toEqual(before)
  })

  it('an empty space says what would fill it', async () => {
    const folder = temporaryFolder()
    await (await openIn(folder)).close()
    const { code, stdout } = await skein(['ls', '--store', 'x.db'], folder)
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(/"default" is empty\. .*skein run FILE/),
    })
    expect(await skein(['ls', '--store', 'x.db', '--json'], folder)).toMatchObject({
      stdout: '{"space":"default","collections":[]}\n',
    })
  })
})
