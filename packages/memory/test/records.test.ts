import { mapStore, openMemory } from '@skein/memory'
import { allRecords, ReadScope, Records } from '@skein/memory/runtime'
import { expect, it, onTestFinished } from 'vitest'

const open = async () => {
  const memory = await openMemory({ store: mapStore() })
  onTestFinished(() => memory.close())
  const ann = memory.as({ id: 'ann', role: 'sales', clearance: { level: 'internal' } })
  const bob = memory.as({ id: 'bob', role: 'support' })
  return { memory, ann, bob }
}

it('records of all kinds are listed in pages, within the clearance', async () => {
  const { ann, bob } = await open()
  for (let n = 0; n < 5; n += 1) await ann.facts.set(`price/${n}`, n, { task: 't1', tags: ['price'] })
  await ann.facts.set('limit', 20, { sensitivity: 'internal' })
  const first = await bob.records.list({ collection: 'facts', limit: 3 })
  expect(first.items.map(({ id, value }) => [id, value])).toEqual([
    ['price/4', 4],
    ['price/3', 3],
    ['price/2', 2],
  ])
  const { cursor = '' } = first
  const second = await bob.records.list({ collection: 'facts', limit: 3, cursor })
  expect(second.items.map(({ id }) => id)).toEqual(['price/1', 'price/0'])
  expect(second.cursor).toBeUndefined()
  expect((await ann.records.list({ collection: 'facts' })).items).toHaveLength(6)
  expect(
    (await ann.records.list({ collection: 'facts', task: 't1', tags: ['price'], author: 'ann' })).items,
  ).toHaveLength(5)
})

it('a single record is shown entirely or not at all', async () => {
  const { ann, bob } = await open()
  await ann.facts.set('limit', { max: 20 }, { sensitivity: 'internal', ttlMs: 60_000, tags: ['deal'] })
  expect(await ann.records.get('facts', 'limit')).toMatchObject({
    collection: 'facts',
    id: 'limit',
    value: { max: 20 },
    size: 10,
    version: 1,
    author: 'ann',
    tags: ['deal'],
    sensitivity: 'internal',
    expiresAt: expect.any(Number),
  })
  expect(await bob.records.get('facts', 'limit')).toBeUndefined()
})

it('search finds entries by their words', async () => {
  const { ann, bob } = await open()
  await ann.observations.log({ task: 't1', value: 'The price went up.' })
  await ann.observations.log({ task: 't1', value: 'A secret price.', sensitivity: 'internal' })
  expect((await bob.records.search('price', { collection: 'observations' })).map(({ value }) => value)).toEqual([
    'The price went up.',
  ])
})

it('a search over all kinds shows the best of each in turn, and counts nothing else as read', async () => {
  const { memory, ann } = await open()
  const boss = memory.as({ id: 'boss', role: 'head', clearance: { level: 'internal' } }, new ReadScope())
  await ann.decisions.record({ task: 't1', decision: 'Raise the price.', reasoning: 'costs' })
  await ann.facts.set('price/acme', 12, { task: 't1' })
  await ann.observations.log({ task: 't1', value: 'The price: what is the price?' })
  await ann.observations.log({ task: 't2', value: 'A price', sensitivity: 'internal' })
  const found = await boss.records.search('price', { limit: 3 })
  expect(found.map(({ collection, id }) => (collection === 'facts' ? id : collection))).toEqual([
    'observations',
    'decisions',
    'price/acme',
  ])
  expect(boss.label.sensitivity).toBe('public')
  expect(await boss.records.search('price', { task: 't2' })).toMatchObject([{ value: 'A price' }])
  expect(boss.label.sensitivity).toBe('internal')
})

it('internal records of the memory are not listed', async () => {
  const { ann } = await open()
  for (const collection of Records.collections) await ann.records.list({ collection })
  for (const collection of ['audit', 'ledger', 'settings', 'federation', 'nonsense'] as const) {
    await expect(ann.records.list({ collection: collection as never })).rejects.toMatchObject({ code: 'SKEIN_OPTION' })
    await expect(ann.records.get(collection as never, 'x')).rejects.toMatchObject({ code: 'SKEIN_OPTION' })
  }
})

it('a walk over all records yields each once, also one that moves to the front meanwhile', async () => {
  const { ann } = await open()
  for (let n = 0; n < 1_001; n += 1) void ann.facts.set(`price/${n}`, n, { tags: ['price'] })
  await ann.facts.set('limit', 20)
  const seen: string[] = []
  for await (const { id } of allRecords(ann.records, { collection: 'facts', tags: ['price'] })) {
    // The last one of the list, which is on the second page.
    if (seen.length === 0) await ann.facts.set('price/0', 'new', { tags: ['price'] })
    seen.push(id)
  }
  expect(seen).toHaveLength(1_001)
  expect(new Set(seen).size).toBe(1_001)
})
