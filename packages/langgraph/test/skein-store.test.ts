import { InMemoryStore } from '@langchain/langgraph-checkpoint'
import type { BaseStore } from '@langchain/langgraph-checkpoint'
import { SkeinStore } from '@skein/langgraph'
import type { StoreOptions } from '@skein/langgraph'
import { mapStore, openMemory } from '@skein/memory'
import { describe, expect, it, onTestFinished, vi } from 'vitest'

const open = async (options: StoreOptions = {}) => {
  const memory = await openMemory({ store: mapStore() })
  onTestFinished(() => memory.close())
  const view = memory.as({ id: 'graph', role: 'agent' })
  return { memory, view, store: new SkeinStore(view, options) }
}

describe('what LangGraph’s own store does', () => {
  const stores: Readonly<Record<string, () => Promise<BaseStore>>> = {
    SkeinStore: async () => (await open()).store,
    InMemoryStore: async () => new InMemoryStore(),
  }

  it.each(Object.entries(stores))('%s does as well', async (_, make) => {
    const store = await make()
    await store.put(['docs', 'a'], 'one', { kind: 'report', pages: 3 })
    await store.put(['docs', 'a'], 'two', { kind: 'letter', pages: 1 })
    await store.put(['docs', 'b'], 'one', { kind: 'report', pages: 9 })
    await store.put(['notes'], 'one', { kind: 'note' })
    expect(await store.get(['docs', 'a'], 'one')).toMatchObject({
      namespace: ['docs', 'a'],
      key: 'one',
      value: { kind: 'report', pages: 3 },
      createdAt: expect.any(Date) as Date,
      updatedAt: expect.any(Date) as Date,
    })
    expect(await store.get(['docs'], 'one')).toBeNull()
    const keysOf = async (...search: Parameters<typeof store.search>) =>
      (await store.search(...search)).map(({ namespace, key }) => [...namespace, key].join(' ')).toSorted()
    expect(await keysOf(['docs'])).toEqual(['docs a one', 'docs a two', 'docs b one'])
    expect(await keysOf([])).toHaveLength(4)
    expect(await keysOf(['docs'], { filter: { kind: 'report' } })).toEqual(['docs a one', 'docs b one'])
    expect(await keysOf(['docs'], { filter: { pages: { $gt: 1, $lte: 3 } } })).toEqual(['docs a one'])
    expect(await keysOf(['docs'], { filter: { kind: { $ne: 'report' } } })).toEqual(['docs a two'])
    expect(await keysOf(['docs'], { filter: { kind: { $in: ['letter', 'note'] } } })).toEqual(['docs a two'])
    expect(await store.search(['docs'], { limit: 2 })).toHaveLength(2)
    expect(await store.search(['docs'], { limit: 2, offset: 2 })).toHaveLength(1)
    expect(await store.listNamespaces()).toEqual([['docs', 'a'], ['docs', 'b'], ['notes']])
    expect(await store.listNamespaces({ prefix: ['docs'] })).toHaveLength(2)
    expect(await store.listNamespaces({ suffix: ['b'] })).toEqual([['docs', 'b']])
    expect(await store.listNamespaces({ prefix: ['*', 'a'] })).toEqual([['docs', 'a']])
    expect(await store.listNamespaces({ maxDepth: 1 })).toEqual([['docs'], ['notes']])
    expect(await store.listNamespaces({ limit: 1, offset: 1 })).toEqual([['docs', 'b']])
    await store.delete(['docs', 'a'], 'one')
    expect(await store.get(['docs', 'a'], 'one')).toBeNull()
    await expect(store.put([], 'key', {})).rejects.toThrow('Namespace')
  })
})

describe('what LangGraph’s own store does not', () => {
  it('a search stays within its prefix', async () => {
    const { store } = await open()
    await store.put(['tenant', 'acme'], 'plan', { name: 'small' })
    await store.put(['tenant', 'acme-corp'], 'plan', { name: 'large' })
    await store.put(['tenant', 'acme', 'eu'], 'plan', { name: 'eu' })
    const found = await store.search(['tenant', 'acme'])
    expect(found.map(({ value }) => String(value['name'])).toSorted()).toEqual(['eu', 'small'])
  })

  it('names that only look alike are different', async () => {
    const { store } = await open()
    const long = 'x'.repeat(300)
    const places = [
      { namespace: ['x', 'y:z'], key: 'k' },
      { namespace: ['x:y', 'z'], key: 'k' },
      { namespace: ['x', 'y'], key: 'z/k' },
      { namespace: ['x', 'y', 'z'], key: 'k' },
      { namespace: ['x/y', 'z'], key: 'k' },
      { namespace: ['x%2Fy', 'z'], key: 'k' },
      { namespace: ['x'], key: '' },
      { namespace: [long], key: 'k' },
      { namespace: [`${long}y`], key: 'k' },
    ]
    // LangGraph's methods for one operation refuse some of these names; those who use batches don't know.
    await store.batch(places.map((place) => ({ ...place, value: place })))
    const items = await store.batch(places)
    expect(items.map((item) => item?.value)).toEqual(places)
    expect(await store.listNamespaces()).toHaveLength(9)
  })

  it('values are copies, on the way in and on the way out', async () => {
    const { store } = await open()
    const value = { list: [1] }
    await store.put(['a'], 'k', value)
    value.list.push(2)
    const [found] = await store.search(['a'])
    found?.value['list'].push(3)
    const item = await store.get(['a'], 'k')
    item?.namespace.push('b')
    item?.value['list'].push(4)
    expect(await store.get(['a'], 'k')).toMatchObject({ namespace: ['a'], value: { list: [1] } })
  })

  it('parts of a value are compared as data', async () => {
    const { store } = await open()
    await store.put(['a'], 'k', { tags: ['x'] })
    expect(await store.search(['a'], { filter: { tags: ['x'] } })).toHaveLength(1)
    expect(await store.search(['a'], { filter: { constructor: Object } })).toHaveLength(0)
    await expect(store.search(['a'], { filter: { tags: { $like: 'x' } } })).rejects.toMatchObject({ option: 'filter' })
  })

  it('a search by words finds what holds them, the best first, and nothing else', async () => {
    const { store } = await open()
    await store.put(['a'], 'pizza', { text: 'Ann likes pizza, and pizza only.' })
    await store.put(['a'], 'ramen', { text: 'Bob likes ramen, sometimes pizza.' })
    await store.put(['a'], 'work', { text: 'Ann works in sales.' })
    await store.put(['a'], 'hidden', { text: 'pizza' }, false)
    const found = await store.search(['a'], { query: 'Who likes pizzas?' })
    expect(found.map(({ key }) => key)).toEqual(['pizza', 'ramen'])
    expect(found[0]?.score).toBeGreaterThan(found[1]?.score ?? Infinity)
    expect(await store.search(['a'], { query: 'pizza', limit: 1, offset: 1 })).toMatchObject([{ key: 'ramen' }])
    expect(await store.search(['a'], { query: 'quantum' })).toEqual([])
    expect(await store.search(['a'])).toHaveLength(4)
  })

  it('a search by words looks at the fields that the store names, or the item', async () => {
    const { store, memory } = await open({ index: { fields: ['title', 'parts[*].text', 'tags[-1]', 'by.name'] } })
    await store.put(['a'], 'book', {
      title: 'Pizza',
      notes: 'ramen',
      parts: [{ text: 'dough' }, { text: 'oven' }],
      by: null,
    })
    await store.put(['a'], 'letter', { title: 'Ramen', notes: 'pizza' }, ['notes'])
    await store.put(['a'], 'none', { notes: 'oven', tags: ['first', 'last'], by: { name: 'Ann' } })
    const found = async (query: string, searched = store) =>
      (await searched.search(['a'], { query })).map(({ key }) => key).toSorted()
    expect(await found('pizza')).toEqual(['book', 'letter'])
    expect(await found('ramen')).toEqual([])
    expect(await found('oven')).toEqual(['book'])
    expect(await found('first')).toEqual([])
    expect(await found('last Ann')).toEqual(['none'])
    // They belong to the item, whichever store changes or searches it.
    const other = new SkeinStore(memory.as({ id: 'other', role: 'agent' }))
    await other.update(['a'], 'letter', (value) => ({ ...value, title: 'Dough' }))
    expect(await found('dough', other)).toEqual(['book'])
    await expect(store.put(['a'], 'k', {}, [''])).rejects.toMatchObject({ option: 'index' })
  })

  it('of many updates at the same time none is lost', async () => {
    const { memory, store } = await open()
    const other = new SkeinStore(memory.as({ id: 'other', role: 'agent' }))
    const count = (value: Record<string, unknown> = { n: 0 }) => ({ n: Number(value['n']) + 1 })
    const places = Array.from({ length: 50 }, (_, at) => (at % 2 === 0 ? store : other))
    await Promise.all(places.map((each) => each.update(['a'], 'calls', count)))
    expect((await store.get(['a'], 'calls'))?.value).toEqual({ n: 50 })
    expect(await store.search(['a'])).toHaveLength(1)
    await expect(store.update([], 'calls', count)).rejects.toThrow('Namespace')
  })

  it('items expire', async () => {
    const { store } = await open({ ttlMs: 5 })
    await store.put(['a'], 'k', { n: 1 })
    await vi.waitFor(async () => expect(await store.get(['a'], 'k')).toBeNull())
    expect(await store.search(['a'])).toEqual([])
    expect(await store.listNamespaces()).toEqual([])
  })

  it.each([{ sensitivity: 'confidential' }, {}] as const)(
    'an item is a fact, which other agents see and change within their clearance: %o',
    async (label) => {
      const { memory, store, view } = await open()
      await store.put(['users', 'ann'], 'food', { likes: 'pizza' })
      const fact = await view.facts.get<{ value: unknown }>('langgraph/item/users/ann/food')
      expect(fact?.value).toEqual({ likes: 'pizza' })
      const boss = memory.as({ id: 'boss', role: 'head', clearance: { level: 'confidential' } })
      await new SkeinStore(boss, label).put(['users', 'ann'], 'salary', { usd: 9 })
      expect(await store.search(['users'])).toHaveLength(1)
      expect(await store.search(['users'], { query: '9' })).toEqual([])
      await expect(store.put(['users', 'ann'], 'salary', { usd: 1 })).rejects.toMatchObject({ code: 'SKEIN_ACCESS' })
      expect(await new SkeinStore(boss).search(['users'])).toHaveLength(2)
    },
  )

  it('of several operations on an item in one batch the last counts, and what is read is from before', async () => {
    const { store } = await open()
    await store.put(['a'], 'k', { n: 0 })
    const [before] = await store.batch([
      { namespace: ['a'], key: 'k' },
      { namespace: ['a'], key: 'k', value: { n: 1 } },
      { namespace: ['a'], key: 'k', value: { n: 2 } },
    ])
    expect(before?.value).toEqual({ n: 0 })
    expect((await store.get(['a'], 'k'))?.value).toEqual({ n: 2 })
  })
})

it.each([
  [{ ttlMs: 0 }, 'ttlMs'],
  [{ prefix: 7 }, 'prefix'],
  [{ sensitivity: 'secret' }, 'sensitivity'],
  [{ ttl: 7 }, 'ttl'],
  [{ index: { fields: 'text' } }, 'index.fields'],
  [{ index: { field: ['text'] } }, 'field'],
])('refuses the options %o', async (options, option) => {
  const { view } = await open()
  expect(() => new SkeinStore(view, options as StoreOptions)).toThrow(expect.objectContaining({ option }) as Error)
})
