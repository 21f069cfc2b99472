import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

import { keyvStore } from '@skein/keyv'
import type { CacheOptions } from '@skein/keyv'
import { mapStore, openMemory, OptionError } from '@skein/memory'
import { sqliteStore } from '@skein/sqlite'
import { createCache } from 'cache-manager'
import { Keyv } from 'keyv'
import { Keyv as OldestKeyv } from 'keyv-oldest'
import { expect, it, onTestFinished, vi } from 'vitest'

const open = async () => {
  const memory = await openMemory({ store: mapStore() })
  onTestFinished(() => memory.close())
  const view = memory.as({ id: 'shop', role: 'server' })
  return { memory, view }
}

it('a value set through Keyv is a fact that others see', async () => {
  const { memory, view } = await open()
  await new Keyv({ store: keyvStore(view), namespace: 'prices' }).set('acme', 12)
  const other = new Keyv({ store: keyvStore(memory.as({ id: 'bob', role: 'sales' })), namespace: 'prices' })
  expect(await other.get('acme')).toBe(12)
  expect(await view.facts.get('cache/prices::acme')).toContain('12')
})

it('several Keyvs may share a store: each keeps to its namespace, also to clear it', async () => {
  const { view } = await open()
  const store = keyvStore(view)
  const acme = new Keyv({ store, namespace: 'acme' })
  const corp = new Keyv({ store, namespace: 'acme-corp' })
  await acme.set('plan', 'small')
  await corp.set('plan', 'large')
  expect(await acme.get('plan')).toBe('small')
  await acme.clear()
  expect(await acme.get('plan')).toBeUndefined()
  expect(await corp.get('plan')).toBe('large')
  expect(await Array.fromAsync(corp.iterator())).toEqual([['plan', 'large']])
})

it('caches with different prefixes share nothing', async () => {
  const { view } = await open()
  const one = new Keyv({ store: keyvStore(view, { prefix: 'one' }) })
  const two = new Keyv({ store: keyvStore(view, { prefix: 'two' }) })
  await one.set('key', 1)
  await two.set('key', 2)
  await one.clear()
  expect([await one.get('key'), await two.get('key')]).toEqual([undefined, 2])
  await view.facts.set('three', 3)
  await two.clear()
  expect(await view.facts.get('three')).toBe(3)
})

it('clearing reaches every one of several pages', async () => {
  const { view } = await open()
  const cache = new Keyv({ store: keyvStore(view) })
  const entries = Array.from({ length: 2_100 }, (_, n) => ({ key: `key ${n}`, value: n }))
  await cache.setMany(entries)
  expect(await Array.fromAsync(cache.iterator())).toHaveLength(2_100)
  await cache.clear()
  expect(await cache.getMany(entries.map(({ key }) => key))).toEqual(entries.map(() => undefined))
})

it('what several delete answers for each key', async () => {
  const { view } = await open()
  const cache = new Keyv({ store: keyvStore(view) })
  await cache.set('there', 1)
  expect(await cache.deleteMany(['there', 'absent'])).toEqual([true, false])
})

it('values that are not serialized are copies: changing one changes nothing for others', async () => {
  const { view } = await open()
  const cache = new Keyv<{ list: number[] }>({ store: keyvStore(view), serialization: false })
  await cache.set('key', { list: [1] })
  const value = await cache.get('key')
  value?.list.push(2)
  expect(await cache.get('key')).toEqual({ list: [1] })
})

it.each([{ sensitivity: 'confidential' }, {}] as const)(
  'what is above the clearance is absent, and not overwritten: %o',
  async (label) => {
    const { memory, view } = await open()
    const clearance = { level: 'confidential' } as const
    const boss = memory.as({ id: 'boss', role: 'head', clearance })
    await new Keyv({ store: keyvStore(boss, label) }).set('merger', 'Acme')
    const cache = new Keyv({ store: keyvStore(view), throwOnErrors: true })
    cache.on('error', () => {})
    expect(await cache.get('merger')).toBeUndefined()
    expect(await cache.has('merger')).toBe(false)
    expect(await Array.fromAsync(cache.iterator())).toEqual([])
    await cache.set('merger', 'mine')
    await cache.clear()
    expect(await new Keyv({ store: keyvStore(boss) }).get('merger')).toBe('Acme')
  },
)

it('cache-manager, which comes with Keyv 5, wraps a function whose result is cached', async () => {
  const { view } = await open()
  const cache = createCache({ stores: [new OldestKeyv({ store: keyvStore(view) })] })
  let calls = 0
  const price = () => cache.wrap('acme', async () => (calls += 1), 60_000)
  expect([await price(), await price()]).toEqual([1, 1])
  await cache.del('acme')
  expect(await price()).toBe(2)
  expect(await cache.mget(['acme', 'absent'])).toEqual([2, undefined])
  await cache.clear()
  expect(await cache.get('acme')).toBeUndefined()
})

it('what another process writes replaces the copy here', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'skein-keyv-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'cache.db')
  const memory = await openMemory({ store: sqliteStore({ path }) })
  onTestFinished(() => memory.close())
  const cache = new Keyv({ store: keyvStore(memory.as({ id: 'shop', role: 'server' })), namespace: 'prices' })
  await cache.set('acme', 'first')
  expect(await cache.get('acme')).toBe('first')
  const { misses } = memory.stats()
  expect(await cache.get('acme')).toBe('first')
  expect(memory.stats().misses).toBe(misses)

  const child = spawn(process.execPath, [join(import.meta.dirname, 'fixtures/cache-process.ts'), path])
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  expect(await lines.next()).toMatchObject({ value: 'ready' })
  child.stdin.write('acme second\n')
  await lines.next()
  await vi.waitFor(async () => expect(await cache.get('acme')).toBe('second'), { timeout: 60_000 })
  child.stdin.write('acme\n')
  await lines.next()
  await vi.waitFor(async () => expect(await cache.get('acme')).toBeUndefined(), { timeout: 60_000 })
  child.stdin.end()
  await once(child, 'exit')
})

it.each([
  [{ prefix: 'a/b' }, 'prefix'],
  [{ prefix: '' }, 'prefix'],
  [{ sensitivity: 'secret' }, 'sensitivity'],
  [{ compartments: 'sales' }, 'compartments'],
  [{ ttl: 7 }, 'ttl'],
])('refuses the options %o', async (options, option) => {
  const { view } = await open()
  expect(() => keyvStore(view, options as CacheOptions)).toThrow(expect.objectContaining({ option }) as Error)
})

it('refuses a key that no fact can have, and a time to live that is no number', async () => {
  const { view } = await open()
  const store = keyvStore(view)
  await expect(store.set('k'.repeat(1_000), 1)).rejects.toBeInstanceOf(OptionError)
  await expect(store.set('\u{D800}', 1)).rejects.toBeInstanceOf(OptionError)
  await expect(store.set('key', 1, NaN)).rejects.toBeInstanceOf(OptionError)
  await store.set('key', 1, 0)
  expect(await store.has('key')).toBe(false)
})
