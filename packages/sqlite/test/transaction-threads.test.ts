import { once } from 'node:events'
import { MessageChannel, Worker } from 'node:worker_threads'

import { mapStore, openMemory } from '@skein/memory'
import type { Memory } from '@skein/memory'
import { sqliteStore } from '@skein/sqlite'
import { describe, expect, it } from 'vitest'

import { temporaryPath } from './temporary.ts'

const moves = 15

/** Has a thread join the memory and move money; resolves when it has ended. */
async function moveInThread(memory: Memory, id: string): Promise<void> {
  const { port1, port2 } = new MessageChannel()
  memory.connect(port1)
  const worker = new Worker(new URL('./fixtures/moving-thread.ts', import.meta.url), {
    workerData: { port: port2, times: moves, id },
    transferList: [port2],
  })
  const [code] = await once(worker, 'exit')
  expect(code).toBe(0)
}

describe.each([
  ['mapStore', () => mapStore()],
  ['SQLite', () => sqliteStore(temporaryPath())],
])('Transactions in threads on %s', (_, storeOf) => {
  it('keep the sum of the accounts, and lose none of their writes', async () => {
    await using memory = await openMemory({ store: storeOf() })
    const view = memory.as({ id: 'me', role: 'r' })
    const keys = ['account/0', 'account/1', 'account/2']
    for (const key of keys) await view.facts.set(key, 100)
    await Promise.all(['t1', 't2', 't3'].map((id) => moveInThread(memory, id)))
    const balances = await view.transaction(({ facts }) => facts.getMany<number>(keys))
    expect(balances.reduce<number>((sum, one) => sum + (one ?? 0), 0)).toBe(300)
    expect((await view.observations.list({ limit: 100 })).items).toHaveLength(3 * moves)
  })
})
