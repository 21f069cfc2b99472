import { Agent, MemorySession, Runner } from '@openai/agents-core'
import type { AgentInputItem, Session } from '@openai/agents-core'
import { assistantMessage, ScriptedModel } from '@openai/agents-core/testing'
import { mapStore, openMemory } from '@skein/memory'
import { SkeinSession } from '@skein/openai-agents'
import type { SessionOptions } from '@skein/openai-agents'
import { describe, expect, it, onTestFinished } from 'vitest'

const open = async () => {
  const memory = await openMemory({ store: mapStore() })
  onTestFinished(() => memory.close())
  return { memory, view: memory.as({ id: 'support', role: 'agent' }) }
}
const said = (content: string): AgentInputItem => ({ role: 'user', content })
const contents = async (session: Session, limit?: number) =>
  (await session.getItems(limit)).map((item) => {
    return 'content' in item && typeof item.content === 'string' ? item.content : ''
  })

const sessions: Readonly<Record<string, () => Promise<Session>>> = {
  SkeinSession: async () => new SkeinSession((await open()).view, { sessionId: 's' }),
  MemorySession: async () => new MemorySession({ sessionId: 's' }),
}

describe.each(Object.entries(sessions))('%s', (_, make) => {
  it('adds, lists, pops and clears', async () => {
    const session = await make()
    expect(await session.getSessionId()).toBe('s')
    expect(await session.getItems()).toEqual([])
    expect(await session.popItem()).toBeUndefined()
    await session.addItems([])
    await session.addItems([said('a'), said('b')])
    await session.addItems([said('c')])
    expect(await contents(session)).toEqual(['a', 'b', 'c'])
    expect(await contents(session, 2)).toEqual(['b', 'c'])
    expect(await contents(session, 9)).toEqual(['a', 'b', 'c'])
    expect(await contents(session, 0)).toEqual([])
    expect(await session.popItem()).toEqual(said('c'))
    expect(await contents(session)).toEqual(['a', 'b'])
    await session.clearSession()
    expect(await session.getItems()).toEqual([])
    await session.addItems([said('d')])
    expect(await contents(session)).toEqual(['d'])
  })

  it('keeps files that are bytes', async () => {
    const session = await make()
    const item = { ...said('see'), providerData: { file: new Uint8Array([0, 255]) } } as AgentInputItem
    await session.addItems([item])
    expect(await session.getItems()).toEqual([item])
  })
})

it('a long session is in blocks, of which only the newest items are written anew', async () => {
  const { view } = await open()
  const session = new SkeinSession(view, { sessionId: 'long' })
  const long = 'x'.repeat(30_000)
  for (let n = 0; n < 20; n += 1) await session.addItems([said(`${n} ${long}`)])
  const { items } = await view.records.list({ collection: 'facts' })
  expect(items.length).toBeGreaterThan(5)
  expect(Math.max(...items.map(({ size }) => size))).toBeLessThan(130_000)
  const numbers = async (limit?: number) => (await contents(session, limit)).map((text) => Number.parseInt(text))
  expect(await numbers()).toEqual(Array.from({ length: 20 }, (_, n) => n))
  expect(await numbers(4)).toEqual([16, 17, 18, 19])
  for (let n = 19; n > 9; n -= 1) expect(await session.popItem()).toMatchObject({ content: `${n} ${long}` })
  await session.addItems([said('10 again')])
  expect(await numbers()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  await session.clearSession()
  expect((await view.records.list({ collection: 'facts' })).items).toHaveLength(1)
})

it('what many add and take at the same time is all there, once', async () => {
  const { view } = await open()
  const open20 = Array.from({ length: 20 }, () => new SkeinSession(view, { sessionId: 'many' }))
  await Promise.all(open20.map((session, n) => session.addItems([said(`${n} a`), said(`${n} b`)])))
  const [first] = open20
  const all = await contents(first as SkeinSession)
  expect(all).toHaveLength(40)
  for (let at = 0; at < 40; at += 2) expect(all[at + 1]).toBe(all[at]?.replace('a', 'b'))
  const popped = await Promise.all(open20.map((session) => session.popItem()))
  expect(new Set(popped.map((item) => JSON.stringify(item))).size).toBe(20)
  expect(await contents(first as SkeinSession)).toEqual(all.slice(0, 20))
})

it('a run of the Agents SDK goes on with what an earlier one has left', async () => {
  const { view } = await open()
  const model = new ScriptedModel([[assistantMessage('It is Paris.')], [assistantMessage('As I said.')]])
  const agent = new Agent({ name: 'Guide', model })
  const runner = new Runner({ tracingDisabled: true })
  for (const input of ['What is the capital of France?', 'Are you sure?']) {
    await runner.run(agent, input, { session: new SkeinSession(view, { sessionId: 'ann' }) })
  }
  const items = await new SkeinSession(view, { sessionId: 'ann' }).getItems()
  expect(items.map((item) => ('role' in item ? item.role : item.type))).toEqual([
    'user',
    'assistant',
    'user',
    'assistant',
  ])
  expect(JSON.stringify(model.calls.at(-1))).toContain('It is Paris.')
})

it.each([{ sensitivity: 'confidential' }, {}] as const)(
  'is absent for those whose clearance does not cover it: %o',
  async (label) => {
    const { memory, view } = await open()
    const boss = memory.as({ id: 'boss', role: 'head', clearance: { level: 'confidential' } })
    const secret = new SkeinSession(boss, { sessionId: 's', ...label })
    await secret.addItems([said('secret')])
    const session = new SkeinSession(view, { sessionId: 's' })
    expect(await session.getItems()).toEqual([])
    await expect(session.addItems([said('mine')])).rejects.toMatchObject({ code: 'SKEIN_ACCESS' })
    expect(await contents(secret)).toEqual(['secret'])
  },
)

it.each([
  [{ sessionId: '' }, 'sessionId'],
  [{ sessionId: 'x'.repeat(1_000) }, 'sessionId'],
  [{ sensitivity: 'secret' }, 'sensitivity'],
  [{ session: 's' }, 'session'],
])('refuses the options %o', async (options, option) => {
  const { view } = await open()
  expect(() => new SkeinSession(view, options as SessionOptions)).toThrow(expect.objectContaining({ option }) as Error)
})

it('names that only look alike are different sessions', async () => {
  const { view } = await open()
  const names = ['a', 'a/b', 'a%2Fb', 'a/', 'A']
  for (const name of names) await new SkeinSession(view, { sessionId: name }).addItems([said(name)])
  for (const name of names) expect(await contents(new SkeinSession(view, { sessionId: name }))).toEqual([name])
})

it('refuses an item that can not be kept, and adds nothing', async () => {
  const { view } = await open()
  const session = new SkeinSession(view)
  const wrong = { ...said('b'), providerData: { $bytes: 'AA==' } } as AgentInputItem
  await expect(session.addItems([said('a'), wrong])).rejects.toMatchObject({ code: 'SKEIN_VALUE' })
  await expect(session.addItems([said('a'), { when: new Date() } as never])).rejects.toMatchObject({
    code: 'SKEIN_VALUE',
  })
  expect(await session.getItems()).toEqual([])
})
