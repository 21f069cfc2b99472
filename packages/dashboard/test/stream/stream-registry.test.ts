import { behavior, createFlock } from '@skein/core'
import type { Question } from '@skein/core'
import { mapStore, openMemory } from '@skein/memory'
import { expect, it } from 'vitest'

import { openBoard } from '../open-board.ts'
import { openStream } from './stream-reader.ts'
import type { StreamReader } from './stream-reader.ts'

type Messages = { readonly type: 'add'; readonly by: number } | Question<'read', undefined, number>

const counter = behavior({
  role: 'counter',
  initial: 0,
  receive: (count, message: Messages, { reply }) => {
    if (message.type === 'add') return count + message.by
    reply(message, count)
    return count
  },
})

it('survives 10,000 streams: closes the idlest with a reason, and the flock goes on', async () => {
  await using memory = await openMemory({ store: mapStore() })
  await using flock = await createFlock({ memory, threads: 1 })
  await using open = await openBoard({ memory, flock, maxStreams: 64 })
  const agent = flock.spawn(counter, { id: 'counter' })
  const readers: StreamReader[] = []
  const ended: Promise<unknown>[] = []
  for (let n = 0; n < 10_000; n += 200) {
    const batch = await Promise.all(Array.from({ length: 200 }, () => openStream(open)))
    expect(batch.every(({ response }) => response.statusCode === 200)).toBe(true)
    expect(open.board.streams).toBeLessThanOrEqual(64)
    for (const reader of readers.splice(0)) {
      // Some are closed already; later batches displace the others.
      ended.push(reader.until(({ all }) => all.at(-1)?.event === 'close'))
    }
    readers.push(...batch)
    agent.send({ type: 'add', by: 1 })
  }
  await Promise.all(ended)
  expect(await agent.ask({ type: 'read', input: undefined })).toBe(50)
  expect(open.board.streams).toBe(64)
  // The newest stream still gets events.
  const newest = await openStream(open)
  await memory.as({ id: 'ann', role: 'reader' }).facts.set('greeting', 'hello')
  await newest.until(({ events }) => events.some(({ type }) => type === 'written'))
  for (const reader of readers) reader.close()
}, 120_000)

it('cuts a client that does not read when another needs its place', async () => {
  await using open = await openBoard({ maxStreams: 1, maxEvents: 100 })
  const stuck = await openStream(open)
  stuck.response.pause()
  const ann = open.memory.as({ id: 'ann', role: 'reader' })
  const tags = Array.from({ length: 500 }, (_, index) => `${index} ${'long '.repeat(30)}`)
  for (let n = 0; n < 200; n += 1) await ann.facts.set(`n/${n}`, n, { tags })
  const next = await openStream(open)
  await ann.facts.set('end', 1)
  await next.until(({ events }) => events.some((event) => event.type === 'written' && event.id === 'end'))
  expect(open.board.streams).toBe(1)
})
