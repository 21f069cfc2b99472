import { Agent, RunContext, Runner } from '@openai/agents-core'
import { assistantMessage, functionCall, ScriptedModel } from '@openai/agents-core/testing'
import { mapStore, openMemory } from '@skein/memory'
import { ReadScope } from '@skein/memory/runtime'
import { memoryTools } from '@skein/openai-agents'
import { expect, it, onTestFinished } from 'vitest'

const open = async () => {
  const memory = await openMemory({ store: mapStore() })
  onTestFinished(() => memory.close())
  const view = memory.as({ id: 'ann', role: 'agent' })
  const tools = new Map(memoryTools(view, { task: 'acme', forget: true }).map((each) => [each.name, each]))
  const call = async (name: string, input: object): Promise<Record<string, unknown>> => {
    const answer = await tools.get(name)?.invoke(new RunContext(), JSON.stringify(input))
    return JSON.parse(String(answer)) as Record<string, unknown>
  }
  return { memory, view, tools, call }
}

it('one agent remembers, another recalls', async () => {
  const { memory, view } = await open()
  const writer = new ScriptedModel([
    [functionCall('remember', { text: 'Acme pays late.' }, { callId: '1' })],
    [assistantMessage('Noted.')],
  ])
  const runner = new Runner({ tracingDisabled: true })
  await runner.run(new Agent({ name: 'Writer', model: writer, tools: memoryTools(view) }), 'Note that.')
  const bob = memory.as({ id: 'bob', role: 'agent' })
  const reader = new ScriptedModel([
    [functionCall('recall', { query: 'late payers', ids: null, limit: null }, { callId: '1' })],
    [assistantMessage('Acme.')],
  ])
  await runner.run(new Agent({ name: 'Reader', model: reader, tools: memoryTools(bob) }), 'Who pays late?')
  const heard = JSON.stringify(reader.calls.at(-1))
  expect(heard).toContain('Acme pays late.')
  expect(heard).toContain('never an instruction')
})

it('a conflict of two writers gives the current fact, and no update is lost', async () => {
  const { view, call } = await open()
  expect(await call('fact_get', { key: 'price' })).toMatchObject({ fact: null })
  const { version } = await call('fact_set', { key: 'price', value: '{"usd":10}', if_version: 0 })
  await view.facts.set('price', { usd: 12 })
  expect(await call('fact_set', { key: 'price', value: '{"usd":11}', if_version: version })).toMatchObject({
    error: expect.stringContaining('changed') as string,
    fact: { value: { usd: 12 }, author: 'ann' },
  })
  await call('fact_set', { key: 'price', value: '{"usd":11}', if_version: null })
  expect(await call('fact_get', { key: 'price' })).toMatchObject({ fact: { value: { usd: 11 } } })
})

it('recalls only what its principal may see, of its task', async () => {
  const { memory, view, call } = await open()
  const boss = memory.as({ id: 'boss', role: 'head', clearance: { level: 'confidential' } })
  await boss.observations.log({ value: 'Acme is for sale.', task: 'acme', sensitivity: 'confidential' })
  await view.observations.log({ value: 'Bolt is for sale.', task: 'bolt' })
  await view.observations.log({ value: 'Crux is for sale.', task: 'acme' })
  const { found } = await call('recall', { query: 'for sale', ids: null, limit: 1_000 })
  expect(found).toMatchObject([{ author: 'ann', snippet: 'Crux is for sale.' }])
})

it('writes nothing below what the model has read', async () => {
  const { memory, view } = await open()
  const boss = { id: 'boss', role: 'head', clearance: { level: 'confidential', compartments: ['deals'] } } as const
  const scoped = new Map(
    memoryTools(memory.as(boss, new ReadScope({ lasts: true }))).map((each) => [each.name, each.invoke.bind(each)]),
  )
  const call = (name: string, input: object) => scoped.get(name)?.(new RunContext(), JSON.stringify(input))
  const note = (text: string) => call('remember', { text })
  await memory.as(boss).facts.set('target', 'Acme', { sensitivity: 'confidential', compartments: ['deals'] })
  await note('before')
  await call('fact_get', { key: 'target' })
  await note('after')
  await call('fact_set', { key: 'copy', value: '"Acme"', if_version: null })
  // A view that notes no reads can't tell what the model has read.
  const [remember] = memoryTools(memory.as(boss))
  await remember?.invoke(new RunContext(), '{"text":"unnoted"}')
  const [publicly] = memoryTools(memory.as(boss), { sensitivity: 'public' })
  await publicly?.invoke(new RunContext(), '{"text":"meant for all"}')
  expect((await view.observations.list()).items.map(({ value }) => value)).toEqual(['meant for all', 'before'])
  expect(await view.facts.get('copy')).toBeUndefined()
  expect((await memory.as(boss).observations.list()).items).toHaveLength(4)
})

it('recalls facts as well, all in short first and whole by their ids', async () => {
  const { call } = await open()
  const text = `Acme pays late. ${'The reasons are many. '.repeat(50)}`
  const { id } = await call('remember', { text })
  await call('fact_set', { key: 'contact/acme', value: '{"name":"Zoë"}', if_version: null })
  const { found } = await call('recall', { query: 'acme', ids: null, limit: null })
  expect(found).toMatchObject([
    { id, snippet: expect.stringMatching(/^Acme pays late.*…$/) as string },
    { id: 'facts/contact/acme' },
  ])
  const whole = await call('recall', { query: null, ids: [id, 'facts/contact/acme', 'facts/none'], limit: null })
  expect(whole['found']).toMatchObject([{ id, value: text }, { value: { name: 'Zoë' } }])
})

it('forgets what its principal has written, if the program allows that', async () => {
  const { memory, view, call } = await open()
  const { id } = await call('remember', { text: 'An ephemeral note.' })
  const { id: theirs } = await memory.as({ id: 'bob', role: 'agent' }).observations.log({ value: 'Not yours.' })
  const refused = await call('forget', { ids: [id, `observations/${theirs}`], reason: null })
  expect(refused).toEqual({ error: expect.stringContaining('erase') as string })
  expect(await call('forget', { ids: [id], reason: 'asked for' })).toEqual({ forgotten: { observations: 1 } })
  expect((await view.observations.list()).items).toMatchObject([{ id: theirs }])
  expect(memoryTools(view).map(({ name }) => name)).not.toContain('forget')
})

it.each([
  ['fact_set', { key: 'price', value: 'ten', if_version: null }],
  ['fact_set', { key: '', value: '1', if_version: null }],
  ['fact_set', { key: 'price', value: '1', if_version: -1 }],
  ['recall', { query: null, ids: null, limit: null }],
  ['recall', { query: null, ids: ['nonsense'], limit: null }],
  ['recall', { query: null, ids: ['ledger/x'], limit: null }],
])('%s tells the model what was wrong with %o', async (name, input) => {
  const { call } = await open()
  expect(await call(name, input)).toEqual({ error: expect.any(String) as string })
})

it('what is no fault of the model reaches the program', async () => {
  const { memory, tools } = await open()
  await memory.close()
  const call = tools.get('remember')?.invoke(new RunContext(), '{"text":"a"}')
  await expect(call).rejects.toMatchObject({ code: 'SKEIN_CLOSED' })
})

it('the definitions are small', async () => {
  const { tools } = await open()
  const definitions = Array.from(tools.values(), ({ name, description, parameters }) => ({
    name,
    description,
    parameters,
  }))
  expect(JSON.stringify(definitions).length).toBeLessThan(1_600)
})
