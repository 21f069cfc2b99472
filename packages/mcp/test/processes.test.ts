import { join } from 'node:path'

import { openMemory } from '@skein/memory'
import { sqliteStore } from '@skein/sqlite'
import { expect, it } from 'vitest'

import { connect, generations, testFolder } from './mcp-client.ts'

const folder = testFolder()
const four = [...generations, ...generations]

it('keeps all that four clients of two generations remember at once, and every increment of a counter', async () => {
  const store = join(folder, 'four.db')
  const clients = await Promise.all(
    four.map((generation, index) => connect(generation, ['--store', store, '--as', `client-${index}`])),
  )
  await using _ = closing(clients)
  const remembered = clients.map(async (client, index) => {
    const writes = Array.from({ length: 100 }, (__, count) =>
      client.call('remember', { text: `note ${index}-${count}`, task: 'many' }),
    )
    await Promise.all(writes)
  })
  const counted = clients.map(async (client) => {
    for (let count = 0; count < 25; count += 1) {
      for (let written = false; !written;) {
        const { version, value = 0 } = await client.call('fact_get', { key: 'counter' })
        const answer = await client.call('fact_set', {
          key: 'counter',
          value: (value as number) + 1,
          ifVersion: version,
        })
        written = answer['written'] as boolean
      }
    }
  })
  await Promise.all([...remembered, ...counted])
  await using memory = await openMemory({ store: sqliteStore(store) })
  const view = memory.as({ id: 'test', role: 'test' })
  const { items } = await view.observations.list({ task: 'many', limit: 1_000 })
  expect(new Set(items.map(({ value }) => value)).size).toBe(400)
  expect(await view.facts.get('counter')).toBe(100)
})

it('has lost nothing that it acknowledged when it was killed in the middle', async () => {
  const store = join(folder, 'killed.db')
  const client = await connect('2026', ['--store', store, '--as', 'ann'])
  const acknowledged: string[] = []
  const writes = Array.from({ length: 500 }, async (_, count) => {
    const { id } = await client.call('remember', { text: `note ${count}`, task: 'killed' })
    acknowledged.push(id as string)
    if (acknowledged.length === 20) process.kill(client.pid, 'SIGKILL')
  })
  await Promise.allSettled(writes)
  expect(acknowledged.length).toBeGreaterThanOrEqual(20)
  await using memory = await openMemory({ store: sqliteStore(store) })
  const { items } = await memory.as({ id: 'test', role: 'test' }).observations.list({ task: 'killed', limit: 1_000 })
  expect(items.map(({ id }) => `observations/${id}`)).toEqual(expect.arrayContaining(acknowledged))
})

function closing(clients: readonly AsyncDisposable[]): AsyncDisposable {
  return {
    [Symbol.asyncDispose]: async () => void (await Promise.all(clients.map((one) => one[Symbol.asyncDispose]()))),
  }
}
