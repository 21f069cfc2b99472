import { join } from 'node:path'

import { createFlock } from '@skein/core'
import { beforeAll, describe, expect, it } from 'vitest'

import { expectClearError } from './expect-clear-error.ts'
import { orders, reports } from './fixtures/releases.ts'
import { skein } from './run-skein.ts'
import type { Ended } from './run-skein.ts'
import { filesIn, folderForAll, openIn } from './sample-memory.ts'
import { folderWith } from './sample-files.ts'

const folder = folderForAll()
const fixture = (name: string): string => join(import.meta.dirname, 'fixtures', name)
const agents = (...args: string[]): Promise<Ended> =>
  skein(['agents', '--store', 'x.db', ...args], folder, { COLUMNS: '150' })
const check = (name: string, ...args: string[]): Promise<Ended> => agents('--check', fixture(name), ...args)
const secret = ['--clearance', 'internal']

beforeAll(async () => {
  await using memory = await openIn(folder)
  await using flock = await createFlock({ memory, threads: 1 })
  await flock.spawnDurable(orders('waiting'), { id: 'o1' })
  await flock.spawnDurable(orders('waiting'), { id: 'o2', clearance: { level: 'internal' } })
  await flock.spawnDurable(reports(flock), { id: 'r1' })
})

describe('skein agents', () => {
  it('lists the saved agents that the clearance covers', async () => {
    const { code, stdout } = await agents()
    const [title = '', ...lines] = stdout.trimEnd().split('\n')
    expect({ code, last: lines.pop() }).toEqual({ code: 0, last: '2 agents' })
    expect(title).toMatch(/^AGENT +ROLE +DEFINITION +STATUS +AGE$/)
    const [first, second] = lines.toSorted()
    expect(first).toMatch(/^o1 +orders +orders +active +\S/)
    expect(second).toMatch(/^r1 +reports +reports +active +\S/)
    expect((await agents(...secret, '--definition', 'orders')).stdout).toMatch(/\no2 .* internal\n[^]*\n2 agents\n$/)
    const { agents: listed } = JSON.parse((await agents('--json')).stdout) as { agents: { id: string }[] }
    expect(listed.map(({ id }) => id).toSorted()).toEqual(['o1', 'r1'])
    expect(JSON.stringify(listed)).not.toContain('waiting')
  })

  it('says that a release would resume them, and changes nothing but the audit', async () => {
    const { code, stdout, stderr } = await check('first-release.ts', ...secret)
    expect(stdout).toMatch(
      /^AGENT +DEFINITION +SAVED BY +OUTCOME\n(?:\w\d +\w+ +version 1 +resumes\n){3}3 agents, resumes 3\n$/,
    )
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect((await check('first-release.ts', ...secret)).stdout).toBe(stdout)
  })

  it('says which ones a release would migrate', async () => {
    const { code, stdout } = await check('migrating-release.ts', ...secret, '--json')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      store: 'x.db',
      space: 'default',
      hidden: 0,
      agents: expect.arrayContaining([
        { id: 'r1', role: 'reports', definition: 'reports', outcome: 'resumes', version: 1 },
        { id: 'o2', role: 'orders', definition: 'orders', outcome: 'migrates', version: 1 },
        { id: 'o1', role: 'orders', definition: 'orders', outcome: 'migrates', version: 1 },
      ]),
    })
  })

  it('says which ones a release would refuse and why, and fails', async () => {
    const { code, stdout } = await check('next-release.ts', ...secret)
    expect(code).toBe(1)
    expect(stdout).toMatch(
      /\no1: The saved state of the agent "o1" does not fit .* At value: the state "waiting" is missing\. /,
    )
    expect(stdout).toMatch(/next-release\.ts has no definition "reports"\.\n3 agents, refused 2, unknown 1\n$/)
    const { stdout: json } = await check('next-release.ts', ...secret, '--json', '--definition', 'orders')
    expect(JSON.parse(json)).toMatchObject({
      agents: [
        { outcome: 'refused', misfits: [{ path: 'value' }] },
        { outcome: 'refused', misfits: [{ path: 'value' }] },
      ],
    })
  })

  it('fails when there are agents that it can’t read', async () => {
    const { code, stdout } = await check('first-release.ts', '--definition', 'orders')
    expect(code).toBe(1)
    expect(stdout).toContain("1 agent can't be read with this clearance and these keys.\n2 agents, resumes 1\n")
  })

  it('succeeds where there are none', async () => {
    const { code, stdout } = await check('first-release.ts', '--definition', 'others')
    expect({ code, stdout }).toEqual({ code: 0, stdout: '0 agents\n' })
  })

  it.each([
    ['a module that does not exist', 'nope.ts', /nope\.ts does not exist/],
    ['a module that fails', 'fails.ts', /fails\.ts can't be loaded: broken/],
    ['a module without definitions', 'none.ts', /none\.ts exports no durable definitions/],
    ['a factory that fails', 'factory.ts', /factory\.ts makes no definitions: no flock/],
  ])('refuses %s in one clear sentence', async (_, name, message) => {
    const modules = folderWith({
      'fails.ts': "throw new Error('broken')",
      'none.ts': 'export const a = 1, b = null, c = { durable: true }',
      'factory.ts': "export default () => { throw new Error('no flock') }",
    })
    const before = filesIn(folder)
    expectClearError(await agents('--check', join(modules, name)), 1, message)
    expect(filesIn(folder)).toEqual(before)
  })
})
