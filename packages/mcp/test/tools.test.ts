import { join } from 'node:path'

import { mapStore, openMemory } from '@skein/memory'
import { faultyStore } from '@skein/memory/testing'
import { sqliteStore } from '@skein/sqlite'
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'

import { connect, generations, testFolder } from './mcp-client.ts'
import type { TestClient } from './mcp-client.ts'

const folder = testFolder()

describe.each(generations)('a client of %s over stdio', (generation) => {
  const store = join(folder, `${generation}.db`)
  const as = (id: string, role = 'test'): Promise<TestClient> => connect(generation, store, { id, role })
  let ann: TestClient
  let bob: TestClient
  beforeAll(async () => {
    ann = await as('ann', 'research')
    bob = await as('bob', 'sales')
    return async () => {
      await ann.client.close()
      await bob.client.close()
    }
  })

  it('recalls only what holds', async () => {
    const { id } = await ann.call('remember', { text: 'The tower leans.', task: 'tower' })
    await using memory = await openMemory({ store: sqliteStore(store) })
    const rita = memory.as({ id: 'rita', role: 'review', rights: ['correct'] })
    await rita.observations.retract(String(id).split('/')[1] ?? '', 'It was the camera.')
    expect(await bob.call('recall', { query: 'tower' })).toMatchObject({ items: [] })
    expect(await bob.call('recall', { task: 'tower' })).toMatchObject({ items: [] })
    expect(await bob.call('recall', { ids: [id] })).toMatchObject({ items: [], missing: [id] })
  })

  it('finds what another remembered: first in short, then whole', async () => {
    const text = `Acme raised its prices. ${'The reasons are many. '.repeat(100)}`
    const { id } = await ann.call('remember', { text, task: 'pricing', tags: ['crm'] })

    const found = await bob.call('recall', { query: 'price', task: 'pricing' })
    const [item] = found['items'] as { id: string; by: string; snippet: string }[]
    expect(item).toMatchObject({ id, by: 'ann' })
    expect(item?.snippet.length).toBeLessThan(text.length)

    const whole = await bob.call('recall', { ids: [id, 'observations/none'] })
    expect(whole).toMatchObject({
      items: [{ id, by: 'ann', value: text, tags: ['crm'] }],
      missing: ['observations/none'],
    })
  })

  it('finds facts by the words of their keys and values', async () => {
    await ann.call('fact_set', { key: 'contact/birdsong', value: { name: 'Zoë' } })
    await ann.call('remember', { text: 'Birdsong is in Oslo.' })
    const { items } = await bob.call('recall', { query: 'birdsong contact' })
    const kinds = (items as { id: string }[]).map(({ id }) => id.split('/')[0])
    expect(kinds).toEqual(['observations', 'facts'])
    const facts = await bob.call('recall', { query: 'zoë', kind: 'facts' })
    expect(facts['items']).toMatchObject([{ id: 'facts/contact/birdsong', by: 'ann', snippet: '{"name":"Zoë"}' }])
    await expect(bob.call('recall', { query: 'zoë', kind: 'objects' })).rejects.toThrow('that can be searched')
  })

  it('reads a long value in parts', async () => {
    const value = 'A very long story. 🦆'.repeat(10_000)
    await ann.call('fact_set', { key: 'story', value })
    // Whoever asks for the fact gets its beginning, and where to go on.
    const fact = await ann.call('fact_get', { key: 'story' })
    expect(fact).toMatchObject({ id: 'facts/story', cursor: expect.stringMatching(/^\d+$/) })
    expect(value.startsWith(fact['value'] as string)).toBe(true)
    let read = ''
    let cursor: string | undefined
    do {
      const { items } = await ann.call('recall', { ids: ['facts/story'], ...(cursor && { cursor }) })
      const [part] = items as { value: string; cursor?: string }[]
      read += part?.value
      cursor = part?.cursor
    } while (cursor)
    expect(read).toBe(value)
  })

  it('lists what was written last, page by page', async () => {
    for (let count = 0; count < 5; count += 1) await ann.call('remember', { text: `note ${count}`, task: 'paged' })
    await ann.call('remember', { text: 'decided', why: 'because', task: 'paged' })
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await ann.call('recall', { task: 'paged', limit: 2, ...(cursor && { cursor }) })
      seen.push(...(page['items'] as { snippet: string }[]).map(({ snippet }) => snippet))
      cursor = page['cursor'] as string | undefined
    } while (cursor)
    expect(seen).toEqual([
      '{"decision":"decided","reasoning":"because"}',
      'note 4',
      'note 3',
      'note 2',
      'note 1',
      'note 0',
    ])
  })

  it('changes a fact only if it is still the one that was read, and gets the present one if not', async () => {
    expect(await ann.call('fact_get', { key: 'price' })).toEqual({ version: 0 })
    const first = await ann.call('fact_set', { key: 'price', value: { usd: 10 }, ifVersion: 0 })
    expect(first).toMatchObject({ written: true })
    await bob.call('fact_set', { key: 'price', value: { usd: 12 }, ifVersion: first['version'] })
    const late = await ann.call('fact_set', { key: 'price', value: { usd: 15 }, ifVersion: first['version'] })
    expect(late).toMatchObject({ written: false, value: { usd: 12 }, by: 'bob' })
  })

  it('claims a task, writes under the claim, and hands the task over', async () => {
    const both = await Promise.all([1, 2].map(() => ann.call('claim', { task: 'report' })))
    const claim = both[0]?.['claim']
    expect(both).toEqual([1, 2].map(() => ({ held: true, claim })))
    expect(await bob.call('claim', { task: 'report' })).toMatchObject({ held: false, by: 'ann' })
    expect(await ann.call('fact_set', { key: 'report', value: 1, claim })).toMatchObject({ written: true })
    await ann.call('hand_over', { task: 'report', to: 'role:sales', summary: 'Half is done.' })
    expect(await bob.call('claim', { task: 'report' })).toMatchObject({ held: true })
    await expect(ann.call('fact_set', { key: 'report', value: 2, claim })).rejects.toThrow('SKEIN_FENCE')

    const { items } = await bob.call('recall', { task: 'report' })
    const [alert] = items as { id: string; by: string }[]
    expect(alert).toMatchObject({ id: expect.stringMatching(/^alerts\//), by: 'ann' })
    await bob.call('forget', { ids: [alert?.id] })
    const { items: left } = await bob.call('recall', { kind: 'alerts' })
    expect(left).toEqual([])
  })

  it('frees what it claimed when it goes', async () => {
    const cyd = await as('cyd')
    await cyd.call('claim', { task: 'brief' })
    expect(await bob.call('claim', { task: 'brief' })).toMatchObject({ held: false, by: 'cyd' })
    await cyd.client.close()
    expect(await bob.call('claim', { task: 'brief' })).toMatchObject({ held: true })
  })

  it('asks a person, goes on, and finds the answer by the id', async () => {
    const asked = await ann.call('ask_person', { task: 'deal', question: 'Grant 20 %?', to: 'eve' })
    expect(asked).toMatchObject({ state: 'open' })
    const id = asked['id'] as string
    await using memory = await openMemory({ store: sqliteStore(store) })
    await memory
      .as({ id: 'eve', role: 'support' })
      .escalations.answer(id.replace('escalations/', ''), { granted: true })
    const { items } = await ann.call('recall', { ids: [id] })
    expect(items).toMatchObject([{ value: { state: 'answered', answer: { granted: true } } }])
    // Asking again is the same question.
    expect(await ann.call('ask_person', { task: 'deal', question: 'Grant 20 %?', to: 'eve' })).toMatchObject({
      id,
      state: 'answered',
    })
  })

  it('forgets records with what was made of them, and says what it keeps', async () => {
    await ann.call('fact_set', { key: 'phone', value: '555' })
    const { id } = await ann.call('remember', { text: 'An ephemeral note' })
    const { id: theirs } = await bob.call('remember', { text: 'Not yours' })
    const report = await ann.call('forget', { ids: ['facts/phone', id, theirs, 'facts/none'], reason: 'asked for' })
    expect(report).toMatchObject({
      forgotten: ['facts/phone', id],
      kept: [{ id: theirs, why: expect.stringContaining('bob') as string }, { id: 'facts/none' }],
    })
    expect(await ann.call('fact_get', { key: 'phone' })).toEqual({ version: 0 })
    expect(await ann.call('recall', { query: 'ephemeral' })).toMatchObject({ items: [] })
  })

  it.each([
    ['remember', {}, 'text'],
    ['remember', { txt: 'x' }, 'Did you mean `text`?'],
    ['remember', { text: 7 }, 'SKEIN_OPTION'],
    ['remember', { text: 'x', sensitivity: 'secret' }, 'public, internal, confidential'],
    ['remember', { text: 'x', sensitivity: 'confidential' }, 'SKEIN_ACCESS'],
    ['remember', { text: 'x', why: 'y' }, 'task'],
    ['recall', { ids: ['work/x'] }, 'facts/KEY'],
    ['recall', { kind: 'messages' }, 'one of facts'],
    ['recall', { query: 'x', limit: 0 }, 'limit'],
    ['recall', { cursor: 'x' }, 'SKEIN_OPTION'],
    ['hand_over', { task: 't', to: 'role:', summary: 'x' }, 'to'],
    ['fact_set', { key: 'x' }, 'value'],
    ['fact_set', { key: '', value: 1 }, 'key'],
    ['fact_set', { key: 'x', value: 1, ifVersion: -1 }, 'ifVersion'],
    ['fact_set', { key: 'x', value: 1, claim: 'mine' }, 'a token that the tool claim returned'],
    ['forget', { ids: ['facts/x', 'nonsense'] }, 'nonsense'],
    ['forget', { ids: Array.from({ length: 51 }, () => 'facts/x') }, 'at most 50'],
  ])('is told what is wrong: %s %j', async (name, args, message) => {
    await expect(ann.call(name, args)).rejects.toThrow(message)
  })
})

it('holds at most a hundred tasks for one client', async () => {
  await using ann = await connect('2026', mapStore())
  const claims = Array.from({ length: 100 }, (_, n) => ann.call('claim', { task: `task ${n}` }))
  for (const claim of await Promise.all(claims)) expect(claim).toMatchObject({ held: true })
  await expect(ann.call('claim', { task: 'one more' })).rejects.toThrow('Release some')
  expect(await ann.call('claim', { task: 'task 7' })).toMatchObject({ held: true })
  await ann.call('claim', { task: 'task 7', release: true })
  expect(await ann.call('claim', { task: 'one more' })).toMatchObject({ held: true })
})

it.each(generations)(
  'a client of %s hears nothing of what a store says, by tools, resources and prompts',
  async (generation) => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    onTestFinished(() => warned.mockRestore())
    const { driver, faults } = faultyStore(mapStore())
    await using ann = await connect(generation, driver)
    const requests = [
      () => ann.call('recall'),
      () => ann.client.readResource({ uri: 'memory://newest' }),
      () => ann.client.getPrompt({ name: 'brief', arguments: { task: 't' } }),
    ]
    // What the client has done wrong, it hears.
    await expect(ann.client.readResource({ uri: `memory://tasks/${'x'.repeat(2_000)}` })).rejects.toThrow(
      'SKEIN_OPTION',
    )
    faults.fail('query', { times: 1_000, error: new Error('db.internal:5432 refused ann') })
    for (const request of requests) {
      await expect(request()).rejects.toThrow(/^(?!.*internal:5432).*log of the server/)
    }
    expect(warned).toHaveBeenCalledTimes(requests.length)
  },
)

describe('the definitions of the tools', () => {
  it.each(generations)('take at most 3 KB in the answer to a client of %s', async (generation) => {
    await using ann = await connect(generation, join(folder, 'size.db'))
    const { tools } = await ann.client.listTools()
    expect(tools.map(({ name }) => name)).toEqual([
      'remember',
      'recall',
      'fact_get',
      'fact_set',
      'forget',
      'ask_person',
      'claim',
      'hand_over',
    ])
    expect(Buffer.byteLength(JSON.stringify({ tools }))).toBeLessThanOrEqual(3_000)
    for (const { annotations, outputSchema } of tools) expect([annotations, outputSchema]).not.toContain(undefined)
  })
})

describe.each(generations)('a person at a client of %s', (generation) => {
  const store = join(folder, `elicit-${generation}.db`)
  const capabilities = { elicitation: {} }
  const question = { task: 't', question: 'Which color?', here: true }

  it('answers on the spot', async () => {
    const onElicit = () => ({ action: 'accept', content: { answer: 'green' } })
    await using ann = await connect(generation, store, { id: 'ann', capabilities, onElicit })
    expect(await ann.call('ask_person', question)).toMatchObject({ state: 'answered', answer: 'green' })
  })

  it('leaves to the inbox what is not answered, or is for somebody else', async () => {
    const onElicit = () => ({ action: 'decline' })
    await using ann = await connect(generation, store, { id: 'ann', capabilities, onElicit })
    expect(await ann.call('ask_person', { ...question, task: 'other' })).toMatchObject({ state: 'open' })
    const accept = () => ({ action: 'accept', content: { answer: 'yes' } })
    await using bob = await connect(generation, store, { id: 'bob', capabilities, onElicit: accept })
    expect(await bob.call('ask_person', { ...question, task: 'third', to: 'eve' })).toMatchObject({ state: 'open' })
  })
})
