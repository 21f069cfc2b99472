import { mapStore, openMemory } from '@skein/memory'
import type { Claim, Memory } from '@skein/memory'
import type { Mutation, Store, StoreDriver } from '@skein/memory/store'
import { expect, it, onTestFinished } from 'vitest'

const ann = { id: 'ann', role: 'tester' }
const leaseMs = 1_200

/** A store that tells of each write in which leases are renewed. */
function tellingStore(onRenewal: (batch: readonly Mutation[]) => Promise<void> | void): StoreDriver {
  const driver = mapStore()
  const open = async (...args: Parameters<StoreDriver['open']>): Promise<Store> => {
    const store = await driver.open(...args)
    return new Proxy(store, {
      get: (target, name) => {
        if (name !== 'write') {
          const found: unknown = Reflect.get(target, name)
          return typeof found === 'function' ? found.bind(target) : found
        }
        return async (batch: readonly Mutation[]) => {
          if (batch.some(({ type }) => type === 'touch')) await onRenewal(batch)
          return target.write(batch)
        }
      },
    })
  }
  return { ...driver, open, spaces: () => driver.spaces() }
}

async function claimAll(memory: Memory, count: number): Promise<readonly Claim[]> {
  const { claims } = memory.as(ann)
  const held = await Promise.all(Array.from({ length: count }, (_, n) => claims.claim(`t${n}`, { leaseMs })))
  return held as Claim[]
}

it('renews many leases in few writes', async () => {
  const sizes: number[] = []
  const renewed = new Set<string>()
  const all = Promise.withResolvers<void>()
  const store = tellingStore((batch) => {
    sizes.push(batch.length)
    for (const { key } of batch) renewed.add(key.id)
    if (renewed.size === 500) all.resolve()
  })
  const memory = await openMemory({ store })
  onTestFinished(() => memory.close())
  const claims = await claimAll(memory, 500)
  await all.promise
  expect(sizes.length).toBeLessThanOrEqual(10)
  expect(claims.filter(({ signal }) => signal.aborted)).toEqual([])
})

it('loses the one lease that is lost, of those that are renewed together', async () => {
  const sizes: number[] = []
  const renewedAgain = Promise.withResolvers<void>()
  let isLost = false
  const store = tellingStore((batch) => {
    sizes.push(batch.length)
    if (isLost && sizes.length > 3) renewedAgain.resolve()
  })
  const memory = await openMemory({ store })
  onTestFinished(() => memory.close())
  const claims = await claimAll(memory, 10)
  // Somebody takes it away, as the claim's holder does who is gone for this process.
  const raw = await store.open('default', 'writer')
  onTestFinished(() => raw[Symbol.asyncDispose]())
  const key = { collection: 'claims', id: 't3' } as const
  expect(await raw.write([{ type: 'delete', key, author: 'bob' }])).toMatchObject({ ok: true })
  const lost = claims[3]?.signal
  await new Promise((resolve) => lost?.addEventListener('abort', resolve))
  isLost = true
  expect(String(lost?.reason)).toContain('it expired, or another owner has it')
  await renewedAgain.promise
  expect(claims.filter(({ signal }) => signal.aborted)).toEqual([claims[3]])
  // The others stay together.
  expect(sizes.filter((size) => size === 1).length).toBeLessThan(5)
})

it('renews what is left of many leases without waiting for each that is lost', async () => {
  let [inFlight, rounds, isLost] = [0, 0, false]
  const store = tellingStore(async () => {
    if (!isLost) return
    if (inFlight === 0) rounds += 1
    inFlight += 1
    // A store answers later.
    await new Promise((resolve) => setImmediate(resolve))
    inFlight -= 1
  })
  const memory = await openMemory({ store })
  onTestFinished(() => memory.close())
  const claims = await claimAll(memory, 200)
  const raw = await store.open('default', 'writer')
  onTestFinished(() => raw[Symbol.asyncDispose]())
  const taken = claims.filter((_, n) => n % 3 === 0)
  isLost = true
  await raw.write(taken.map(({ task }) => ({ type: 'delete', key: { collection: 'claims', id: task }, author: 'bob' })))
  await Promise.all(taken.map(({ signal }) => new Promise((resolve) => signal.addEventListener('abort', resolve))))
  expect(claims.filter(({ signal }) => signal.aborted)).toEqual(taken)
  expect(rounds).toBeLessThan(taken.length / 2)
})
