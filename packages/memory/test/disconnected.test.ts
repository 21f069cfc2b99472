import { setImmediate as nextTurn } from 'node:timers/promises'

import { mapStore, openMemory, OutcomeUnknownError } from '@skein/memory'
import type { Facts, MemoryOptions } from '@skein/memory'
import type { Store, StoreDriver } from '@skein/memory/store'
import { checkHistory, faultyStore, staleAfter } from '@skein/memory/testing'
import type { Faults, Operation } from '@skein/memory/testing'
import { describe, expect, it, onTestFinished } from 'vitest'

import { randomNumbers } from './simulate-history.ts'

/** A heartbeat that does not fire within a test. */
const never = 2 ** 31 - 1
const soon = 10

type Options = Omit<MemoryOptions, 'store'>

async function openFacts(store: StoreDriver, options: Options = {}): Promise<Facts> {
  const memory = await openMemory({ store, heartbeatMs: never, auditKeepMs: 0, ...options })
  onTestFinished(() => memory.close())
  return memory.as({ id: 'ann', role: 'test' }).facts
}

/** Two processes on one store: faults affect only the first. */
async function openPair(options: Options = {}): Promise<{ mine: Facts; theirs: Facts; faults: Faults }> {
  const store = mapStore()
  const { driver, faults } = faultyStore(store)
  return { mine: await openFacts(driver, options), theirs: await openFacts(store), faults }
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await nextTurn()
}

const keys = Array.from({ length: 20 }, (_, index) => `k${index}`)

describe('a read that races an update', () => {
  it('is not cached when this process made the update', async () => {
    const { mine, faults } = await openPair()
    await mine.set('k', 'old')
    using held = faults.hold('read', { collection: 'facts' })
    const slow = mine.get('k')
    await held.reached
    await mine.set('k', 'new')
    held.release()
    expect(await slow).toBe('old')
    expect(mine.peek('k')).toBeUndefined()
    expect(await mine.get('k')).toBe('new')
  })

  it('is not cached when another process made the update, and no later read joins it', async () => {
    const { mine, theirs, faults } = await openPair()
    await theirs.set('k', 'old')
    using held = faults.hold('read', { collection: 'facts' })
    const slow = mine.get('k')
    await held.reached
    await theirs.set('k', 'new')
    const later = mine.get('k')
    held.release()
    expect([await slow, await later]).toEqual(['old', 'new'])
    expect(await mine.get('k')).toBe('new')
  })

  it.each(['before', 'after'] as const)(
    'is not cached while a write is in flight, %s the store completes it',
    async (when) => {
      const { mine, faults } = await openPair()
      await mine.set('k', 'old')
      await mine.get('k')
      using held = faults.hold('write', { collection: 'facts', when })
      const writing = mine.set('k', 'new')
      await held.reached
      expect(mine.peek('k')).toBeUndefined()
      expect(await mine.get('k')).toBe(when === 'before' ? 'old' : 'new')
      expect(mine.peek('k')).toBeUndefined()
      held.release()
      await writing
      expect(await mine.get('k')).toBe('new')
    },
  )
})

describe('a lost hint', () => {
  it('is repaired by the next hint', async () => {
    const { mine, theirs, faults } = await openPair()
    await theirs.set('k', 1)
    expect(await mine.get('k')).toBe(1)
    const restore = faults.dropHints()
    await theirs.set('k', 2)
    expect(mine.peek('k')).toBe(1)
    restore()
    await theirs.set('another', 1)
    await until(() => mine.peek('k') === undefined)
    expect(await mine.get('k')).toBe(2)
  })

  it('with none after it is found by the heartbeat', async () => {
    const { mine, theirs, faults } = await openPair({ heartbeatMs: soon })
    await theirs.set('k', 1)
    expect(await mine.get('k')).toBe(1)
    faults.dropHints()
    await theirs.set('k', 2)
    await until(() => mine.peek('k') === undefined)
    expect(await mine.get('k')).toBe(2)
  })

  it('is found among thousands', async () => {
    const { mine, theirs, faults } = await openPair({ heartbeatMs: soon })
    for (const key of keys) await theirs.set(key, 0)
    for (const key of keys) expect(await mine.get(key)).toBe(0)
    faults.dropHints()
    for (let count = 1; count <= 2_500; count += 1) await theirs.set(keys[count % keys.length] as string, count)
    await until(() => keys.every((key) => mine.peek(key) === undefined))
    for (const key of keys) expect(await mine.get(key)).toBe((await theirs.get<number>(key)) ?? 0)
  })
})

describe('while disconnected', () => {
  it('every read goes to the store and sees the writes of others at once', async () => {
    const { mine, theirs, faults } = await openPair()
    await theirs.set('k', 0)
    expect(await mine.get('k')).toBe(0)
    faults.cut()
    for (let count = 1; count <= 10; count += 1) {
      const before = faults.calls('read', 'facts')
      await theirs.set('k', count)
      expect(mine.peek('k')).toBeUndefined()
      expect([await mine.get('k'), (await mine.read('k'))?.value]).toEqual([count, count])
      expect(faults.calls('read', 'facts')).toBe(before + 2)
    }
  })

  it('a read that started before is not cached', async () => {
    const { mine, theirs, faults } = await openPair()
    await theirs.set('k', 'old')
    using held = faults.hold('read', { collection: 'facts' })
    const slow = mine.get('k')
    await held.reached
    faults.cut()
    held.release()
    expect(await slow).toBe('old')
    expect(mine.peek('k')).toBeUndefined()
    await theirs.set('k', 'new')
    expect(await mine.get('k')).toBe('new')
  })

  it('from the start, nothing is cached', async () => {
    const store = mapStore()
    const { driver, faults } = faultyStore(store)
    faults.cut()
    const [mine, theirs] = [await openFacts(driver), await openFacts(store)]
    await theirs.set('k', 1)
    expect(await mine.get('k')).toBe(1)
    expect(mine.peek('k')).toBeUndefined()
    await theirs.set('k', 2)
    expect(await mine.get('k')).toBe(2)
    faults.heal()
    await until(async () => (await mine.get('k')) === mine.peek('k'))
  })

  it('entries become stale; after reconnecting, none is served and caching resumes', async () => {
    const { mine, theirs, faults } = await openPair()
    for (const key of keys) await theirs.set(key, 'old')
    for (const key of keys) await mine.get(key)
    faults.cut()
    for (const key of keys) await theirs.set(key, 'new')
    faults.heal()
    for (const key of keys) expect(await mine.get(key)).toBe('new')
    await until(async () => (await mine.get('k0')) === mine.peek('k0'))
    for (const key of keys) expect(await mine.get(key)).toBe('new')
    const before = faults.calls('read', 'facts')
    for (const key of keys) expect(mine.peek(key)).toBe('new')
    expect(faults.calls('read', 'facts')).toBe(before)
    await theirs.set('k0', 'newer')
    expect(await mine.get('k0')).toBe('newer')
  })

  it('and after reconnecting, nothing is cached until the feed is read', async () => {
    const { mine, theirs, faults } = await openPair()
    await theirs.set('k', 1)
    faults.cut()
    using held = faults.hold('changes')
    faults.heal()
    await held.reached
    await mine.get('k')
    expect(mine.peek('k')).toBeUndefined()
    held.release()
    await until(async () => (await mine.get('k')) === mine.peek('k'))
  })

  it('again before the feed is read, nothing is cached', async () => {
    const { mine, theirs, faults } = await openPair()
    await theirs.set('k', 'old')
    faults.cut()
    const held = faults.hold('changes')
    faults.heal()
    await held.reached
    faults.cut()
    held.release()
    for (let turns = 0; turns < 20; turns += 1) {
      expect(await mine.get('k')).toBe('old')
      expect(mine.peek('k')).toBeUndefined()
      await nextTurn()
    }
    await theirs.set('k', 'new')
    expect(await mine.get('k')).toBe('new')
  })

  it("cached entries are served with onDisconnect 'serve-stale', and marked", async () => {
    const { mine, theirs, faults } = await openPair({ onDisconnect: 'serve-stale' })
    for (const key of keys) await theirs.set(key, 'old')
    for (const key of keys) await mine.get(key)
    expect(await mine.read('k0')).not.toHaveProperty('mayBeStale')
    faults.cut()
    for (const key of keys) await theirs.set(key, 'new')
    const before = faults.calls('read', 'facts')
    for (const key of keys) {
      expect([mine.peek(key), await mine.get(key)]).toEqual(['old', 'old'])
      expect(await mine.read(key)).toMatchObject({ value: 'old', mayBeStale: true })
    }
    expect(faults.calls('read', 'facts')).toBe(before)

    const strong = await mine.read('k0', { consistency: 'strong' })
    expect(strong).toMatchObject({ value: 'new' })
    expect(strong).not.toHaveProperty('mayBeStale')
    await mine.set('k1', 'mine')
    expect(await mine.get('k1')).toBe('mine')

    faults.heal()
    await until(async () => (await mine.read('k0'))?.mayBeStale !== true)
    for (const key of keys) {
      expect(await mine.get(key)).toBe(key === 'k1' ? 'mine' : 'new')
      expect(await mine.read(key)).not.toHaveProperty('mayBeStale')
    }
  })

  it('because the feed cannot be read, nothing is cached until it can', async () => {
    const { mine, theirs, faults } = await openPair({ heartbeatMs: soon })
    await theirs.set('k', 1)
    await mine.get('k')
    faults.dropHints()
    faults.fail('changes', { times: 3 })
    await until(() => mine.peek('k') === undefined)
    await theirs.set('k', 2)
    expect(await mine.get('k')).toBe(2)
    await until(async () => (await mine.get('k')) === mine.peek('k'))
  })
})

describe('a write of unknown outcome', () => {
  it.each([
    ['that was applied', 'after', 'new', undefined],
    ['that was not applied', 'before', 'old', new OutcomeUnknownError('write', 'The connection was lost.')],
  ] as const)(
    '%s invalidates the cached entry and rejects, and the next read shows the outcome',
    async (_, when, value, error) => {
      const { mine, faults } = await openPair()
      await mine.set('k', 'old')
      await mine.get('k')
      faults.fail('write', { collection: 'facts', when, ...(error && { error }) })
      await expect(mine.set('k', 'new')).rejects.toMatchObject({ code: 'SKEIN_OUTCOME_UNKNOWN' })
      expect(mine.peek('k')).toBeUndefined()
      expect(await mine.get('k')).toBe(value)
      expect(await mine.read('k')).toMatchObject({ value, version: value === 'new' ? 2 : 1 })
    },
  )

  it('invalidates the cached entries of others like any other write', async () => {
    const { mine, theirs, faults } = await openPair()
    await theirs.set('k', 'old')
    await theirs.get('k')
    faults.fail('write', { collection: 'facts', when: 'after' })
    await expect(mine.set('k', 'new')).rejects.toMatchObject({ code: 'SKEIN_OUTCOME_UNKNOWN' })
    expect(await theirs.get('k')).toBe('new')
  })
})

describe('a store that lost its data', () => {
  // The old store has three changes. A new one without an incarnation of its own is detected if it has fewer.
  it.each([
    [0, 'a new'],
    [1, 'a new'],
    [2, 'a new'],
    [3, 'a new'],
    [4, 'a new'],
    [10, 'a new'],
    [0, 'no'],
    [2, 'no'],
  ])('with %i new changes and %s incarnation invalidates all cached entries', async (changes, incarnation) => {
    const { driver, next, loseData } = renewableStore(incarnation === 'a new')
    const facts = await openFacts(driver, { heartbeatMs: soon })
    for (const key of ['a', 'b', 'c']) await facts.set(key, 'old')
    for (const key of ['a', 'b', 'c']) expect(await facts.get(key)).toBe('old')
    const others = await openFacts(next)
    for (let count = 0; count < changes; count += 1) await others.set('a', 'new')
    loseData()
    await until(() => ['a', 'b', 'c'].every((key) => facts.peek(key) === undefined))
    expect(await facts.get('a')).toBe(changes === 0 ? undefined : 'new')
    expect(await facts.get('b')).toBeUndefined()
    await others.set('b', 'newer')
    expect(await facts.get('b')).toBe('newer')
  })
})

describe('under random faults', () => {
  it.each([1, 2, 3, 4, 5])(
    'a process never goes back, sees its own writes, and converges after the faults (seed %i)',
    async (seed) => {
      const random = randomNumbers(seed)
      const below = (limit: number): number => Math.floor(random() * limit)
      const { mine, theirs, faults } = await openPair({ heartbeatMs: soon })
      const history: Operation[] = []
      let ticks = 0
      const tick = (): number => (ticks += 1)

      const read = async (process: string, facts: Facts, key: string): Promise<void> => {
        const startedAt = tick()
        const fact = await facts.read(key)
        const seen = fact ? { version: fact.version, value: fact.value } : { version: 0 }
        history.push({ process, key, type: 'cached-read', startedAt, endedAt: tick(), ok: true, ...seen })
      }
      const write = async (process: string, facts: Facts, key: string): Promise<void> => {
        const startedAt = tick()
        const call = { process, key, type: 'write', startedAt, value: `${process} ${startedAt}` } as const
        try {
          const { version } = await facts.set(key, call.value)
          history.push({ ...call, endedAt: tick(), ok: true, version })
        } catch {
          history.push(call)
        }
      }
      const work = async (process: string, facts: Facts, writes: number): Promise<void> => {
        for (let step = 0; step < 400; step += 1) {
          const key = `k${below(4)}`
          await (random() < writes ? write(process, facts, key) : read(process, facts, key))
          if (random() < 0.2) await nextTurn()
        }
      }
      let isDone = false
      // Each starts a fault and returns a function that ends it.
      const disturbances: (() => () => void)[] = [
        () => () => {},
        () => faults.dropHints(),
        () => faults.hold('read', { collection: 'facts' }).release,
        () => faults.hold('write', { collection: 'facts', when: 'before' }).release,
        () => faults.hold('changes').release,
        () => {
          faults.fail('write', { collection: 'facts', when: 'after' })
          return () => {}
        },
        () => {
          faults.cut()
          return () => faults.heal()
        },
      ]
      const disturb = async (): Promise<void> => {
        while (!isDone) {
          const heal = disturbances[below(disturbances.length)]?.()
          for (let turns = below(10); turns >= 0; turns -= 1) await nextTurn()
          heal?.()
        }
      }
      const disturbing = disturb()
      await Promise.all([work('mine', mine, 0.2), work('mine', mine, 0.2), work('theirs', theirs, 0.4)])
      isDone = true
      await disturbing
      expect(checkHistory(history)).toEqual([])
      const quiescentAt = tick()
      await Promise.all(keys.slice(0, 4).flatMap((key) => [read('mine', mine, key), read('theirs', theirs, key)]))
      expect(staleAfter(history, quiescentAt)).toEqual([])
    },
  )
})

/** Two stores behind one driver: the second replaces the first, as after a loss of all data. */
function renewableStore(hasIncarnation: boolean): { driver: StoreDriver; next: StoreDriver; loseData(): void } {
  const lives = [mapStore(), mapStore()] as const
  let life: 0 | 1 = 0
  const driver: StoreDriver = {
    spaces: () => lives[life].spaces(),
    open: async (space, role) => {
      const stores = await Promise.all(lives.map((each) => each.open(space, role)))
      const changes: Store['changes'] = async (after, limit) => {
        const page = await (stores[life] as Store).changes(after, limit)
        return hasIncarnation ? { ...page, incarnation: `life ${life}` } : page
      }
      const watch: Store['watch'] = (listener) => {
        const stops = stores.map((store, index) => store.watch((change) => void (index === life && listener(change))))
        return () => {
          for (const stop of stops) stop()
        }
      }
      return new Proxy(stores[0] as Store, {
        get: (_, name) => {
          if (name === 'changes') return changes
          if (name === 'watch') return watch
          const store = stores[life] as Store
          const value: unknown = Reflect.get(store, name, store)
          return typeof value === 'function' ? value.bind(store) : value
        },
      })
    },
  }
  const loseData = (): void => {
    life = 1
  }
  return { driver, next: lives[1], loseData }
}
