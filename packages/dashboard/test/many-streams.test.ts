import { connect } from 'node:net'
import type { Socket } from 'node:net'

import { behavior, createFlock } from '@skein/core'
import type { Question } from '@skein/core'
import { mapStore, openMemory } from '@skein/memory'
import { expect, it } from 'vitest'

import { openBoard } from './open-board.ts'
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

it('bounds 10,000 idle streams: the idlest are told why they are closed, the flock goes on', async () => {
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
      // Those that were closed end by themselves; those that were not yet will be.
      ended.push(reader.until(({ all }) => all.at(-1)?.event === 'bye'))
    }
    readers.push(...batch)
    agent.send({ type: 'add', by: 1 })
  }
  await Promise.all(ended)
  expect(await agent.ask({ type: 'read', input: undefined })).toBe(50)
  expect(open.board.streams).toBe(64)
  // The last one that came is told what happens.
  const newest = await openStream(open)
  await memory.as({ id: 'ann', role: 'reader' }).facts.set('greeting', 'hello')
  await newest.until(({ events }) => events.some(({ type }) => type === 'written'))
  for (const reader of readers) reader.close()
}, 120_000)

it('cuts off a client that does not read when its place is needed', async () => {
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

it('takes no more connections than it can hold, and recovers', async () => {
  const limits = (process.report.getReport() as { userLimits?: { open_files?: { soft: number | string } } }).userLimits
  const most = Number(limits?.open_files?.soft ?? 0)
  // The machine lets this process have too few files for both ends of them all.
  if (most > 0 && most < 4_000) return
  await using open = await openBoard()
  const sockets: Socket[] = []
  const closed = Promise.withResolvers<void>()
  for (let n = 0; n < 1_500; n += 1) {
    const socket = connect(open.board.port, '127.0.0.1')
    socket.on('error', () => {}).on('close', () => closed.resolve())
    sockets.push(socket)
  }
  await closed.promise
  for (const socket of sockets) socket.destroy()
  await expect.poll(async () => (await open.get('/api/session').catch(() => undefined))?.status).toBe(200)
})

it('closes cleanly: streams are told, the port is free, the flock goes on', async () => {
  await using memory = await openMemory({ store: mapStore() })
  const open = await openBoard({ memory })
  const reader = await openStream(open)
  await open.board.close()
  await reader.until(({ all }) => all.at(-1)?.event === 'bye')
  expect(reader.all.at(-1)).toMatchObject({ event: 'bye', data: { code: 'closing' } })
  await open.board.close()
  await using again = await openBoard({ memory, port: open.board.port })
  expect((await again.get('/api/session')).status).toBe(200)
  await expect(openBoard({ memory, port: open.board.port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
})
