import { skeinDriver } from '@skein/keyv/unstorage'
import { mapStore, openMemory } from '@skein/memory'
import { createStorage } from 'unstorage'
import { createStorage as createOldestStorage } from 'unstorage-oldest'
import { describe, expect, it, onTestFinished, vi } from 'vitest'

const open = async () => {
  const memory = await openMemory({ store: mapStore() })
  onTestFinished(() => memory.close())
  const view = memory.as({ id: 'shop', role: 'server' })
  return { memory, view }
}

describe.each([
  ['newest', createStorage],
  ['oldest', createOldestStorage as typeof createStorage],
])('the %s unstorage', (_, create) => {
  it('sets, gets, lists and removes', async () => {
    const { view } = await open()
    const storage = create({ driver: skeinDriver(view) })
    expect(await storage.getItem('s1:a')).toBeNull()
    await storage.setItem('s1:a', 'test_data')
    await storage.setItem('s2:a', { json: true })
    await storage.setItem('s10:a', 10)
    expect(await storage.hasItem('s1:a')).toBe(true)
    expect(await storage.hasItem('s3:a')).toBe(false)
    expect(await storage.getItem('s2:a')).toEqual({ json: true })
    expect(await storage.getKeys()).toEqual(['s10:a', 's1:a', 's2:a'])
    expect(await storage.getKeys('s1')).toEqual(['s1:a'])
    await storage.removeItem('s1:a')
    expect(await storage.getKeys()).toEqual(['s10:a', 's2:a'])
    await storage.clear()
    expect(await storage.getKeys()).toEqual([])
  })

  it('keeps bytes and meta data', async () => {
    const { view } = await open()
    const storage = create({ driver: skeinDriver(view) })
    const bytes = new Uint8Array([1, 2, 0, 255])
    await storage.setItemRaw('bytes', bytes)
    expect(new Uint8Array((await storage.getItemRaw<Uint8Array>('bytes')) ?? [])).toEqual(bytes)
    await storage.setMeta('bytes', { mtime: new Date(0) })
    expect(await storage.getMeta('bytes')).toEqual({ mtime: new Date(0) })
    await storage.setItems([
      { key: 'x', value: 1 },
      { key: 'y', value: 2 },
    ])
    expect(await storage.getItems(['x', 'y'])).toEqual([
      { key: 'x', value: 1 },
      { key: 'y', value: 2 },
    ])
  })

  it('forgets what has expired', async () => {
    const { view } = await open()
    const storage = create({ driver: skeinDriver(view) })
    await storage.setItem('short', 1, { ttl: 0.005 })
    await vi.waitFor(async () => expect(await storage.getItem('short')).toBeNull())
    await expect(storage.setItem('never', 1, { ttl: -1 })).rejects.toMatchObject({ option: 'ttl' })
  })

  it('tells watchers what anybody changes, and nothing of other caches', async () => {
    const { memory, view } = await open()
    const storage = create({ driver: skeinDriver(view) })
    const events: string[] = []
    const unwatch = await storage.watch((event, key) => events.push(`${event} ${key}`))
    const other = memory.as({ id: 'other', role: 'server' })
    await create({ driver: skeinDriver(other, { prefix: 'elsewhere' }) }).setItem('b', 1)
    await create({ driver: skeinDriver(other) }).setItem('a', 1)
    await storage.removeItem('a')
    await vi.waitFor(() => expect(events).toEqual(['update a', 'remove a']))
    await unwatch()
    await storage.setItem('c', 1)
    await storage.watch((event, key) => events.push(`${event} ${key}`))
    await storage.setItem('d', 1)
    await vi.waitFor(() => expect(events.at(-1)).toBe('update d'))
    expect(events).toHaveLength(3)
  })
})
