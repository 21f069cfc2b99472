import { mapStore, openMemory } from '@skein/memory'
import type { Store, StoreDriver } from '@skein/memory/store'
import { describe, expect, it, onTestFinished } from 'vitest'

/** A real store whose reads and hints a test can hold. */
function gatedStore(): { driver: StoreDriver; holdReads(): () => void; dropHints(): void; reads(): number } {
  const inner = mapStore()
  let gate: Promise<void> | undefined
  let reads = 0
  let hintsDropped = false
  const driver: StoreDriver = {
    ...inner,
    open: async (space, role) => {
      const store = await inner.open(space, role)
      return new Proxy(store, {
        get: (target, name) => {
          if (name === 'read') {
            return async (...args: Parameters<Store['read']>) => {
              reads += args[0].filter(({ collection }) => collection === 'facts').length
              const records = await target.read(...args)
              await gate
              return records
            }
          }
          if (name === 'watch')
            return (listener: Parameters<Store['watch']>[0]) =>
              target.watch((change) => hintsDropped || listener(change))
          const value: unknown = Reflect.get(target, name, target)
          return typeof value === 'function' ? value.bind(target) : value
        },
      })
    },
  }
  return {
    driver,
    holdReads: () => {
      const { promise, resolve } = Promise.withResolvers<void>()
      gate = promise
      return () => {
        gate = undefined
        resolve()
      }
    },
    dropHints: () => (hintsDropped = true),
    reads: () => reads,
  }
}

async function openOn(driver: StoreDriver, heartbeatMs = 1_000) {
  const memory = await openMemory({ store: driver, heartbeatMs })
  onTestFinished(() => memory.close())
  return memory.as({ id: 'ann', role: 'test' }).facts
}

describe('cached facts', () => {
  it('are read from the store once', async () => {
    const { driver, reads } = gatedStore()
    const facts = await openOn(driver)
    await facts.set('k', 1)
    await Promise.all(Array.from({ length: 10 }, () => facts.get('k')))
    for (let again = 0; again < 10; again += 1) expect(await facts.get('k')).toBe(1)
    expect(reads()).toBe(1)
    await facts.get('absent')
    await facts.get('absent')
    expect(reads()).toBe(2)
  })

  it('never cache a value that was read before an update and arrived after it', async () => {
    const { driver, holdReads } = gatedStore()
    const facts = await openOn(driver)
    await facts.set('k', 'old')
    const release = holdReads()
    const slow = facts.get('k')
    await facts.set('k', 'new')
    release()
    await slow
    expect(await facts.get('k')).toBe('new')
  })

  it('never join a read that began before an update', async () => {
    const { driver, holdReads } = gatedStore()
    const facts = await openOn(driver)
    await facts.set('k', 'old')
    const release = holdReads()
    const slow = facts.get('k')
    await facts.set('k', 'new')
    const later = facts.get('k')
    release()
    await slow
    expect(await later).toBe('new')
  })

  it('are invalidated when another process changes them', async () => {
    const { driver } = gatedStore()
    const [mine, theirs] = [await openOn(driver), await openOn(driver)]
    await mine.set('k', 1)
    expect([await mine.get('k'), await theirs.get('k')]).toEqual([1, 1])
    await theirs.set('k', 2)
    expect(mine.peek('k')).toBeUndefined()
    expect(await mine.get('k')).toBe(2)
  })

  it('are invalidated within a heartbeat when the last hint was lost', async () => {
    const { driver, dropHints } = gatedStore()
    const [mine, theirs] = [await openOn(driver, 10), await openOn(driver, 10)]
    await mine.set('k', 1)
    expect(await mine.get('k')).toBe(1)
    dropHints()
    await theirs.set('k', 2)
    while (mine.peek('k') === 1) await new Promise((resolve) => setImmediate(resolve))
    expect(await mine.get('k')).toBe(2)
  })

  it('are all invalidated when the feed no longer reaches back', async () => {
    const small = mapStore({ maxChanges: 3 })
    const quiet: StoreDriver = {
      ...small,
      open: async (space, role) => {
        const store = await small.open(space, role)
        return Object.assign(store, { watch: () => () => {} })
      },
    }
    const [mine, theirs] = [await openOn(quiet, 10), await openOn(quiet)]
    await mine.set('k', 1)
    await mine.get('k')
    for (let n = 2; n < 10; n += 1) await theirs.set('k', n)
    while (mine.peek('k') === 1) await new Promise((resolve) => setImmediate(resolve))
    expect(await mine.get('k')).toBe(9)
  })

  it('are read from the store again with strong consistency', async () => {
    const { driver, reads } = gatedStore()
    const facts = await openOn(driver)
    await facts.set('k', 1)
    await facts.get('k')
    await facts.read('k', { consistency: 'strong' })
    expect(reads()).toBe(2)
  })
})
