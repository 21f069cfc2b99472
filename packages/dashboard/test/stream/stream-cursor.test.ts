import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { mapStore, openMemory } from '@skein/memory'
import { sqliteStore } from '@skein/sqlite'
import { expect, it } from 'vitest'

import type { Session } from '../../src/index.ts'
import { KilledServer } from '../killed-server.ts'
import { openBoard } from '../open-board.ts'
import { names, writeFacts, writtenIds } from './numbered-facts.ts'
import { openStream } from './stream-reader.ts'

it('continues after the last event without gaps or duplicates, on another server too', async () => {
  const store = mapStore()
  const token = 'a'.repeat(40)
  await using memory = await openMemory({ store })
  let first = await openBoard({ memory, token })
  const before = await openStream(first)
  await writeFacts(first, 1, 20)
  await before.until(({ events }) => writtenIds(events).length === 20)
  const lastEventId = before.lastId ?? ''
  await first.board.close()
  await writeFacts({ memory }, 21, 700)

  first = await openBoard({ memory, token })
  const after = await openStream(first, { lastEventId })
  await writeFacts({ memory }, 701, 720)
  await after.until(({ events }) => writtenIds(events).includes('n/720'))
  expect(writtenIds(after.events)).toEqual(names(21, 720))
  expect(after.dropped).toBe(0)
  await first.board.close()
})

it('continues without gaps or duplicates after its server was killed and restarted', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'skein-stream-')), 'x.db')
  await using memory = await openMemory({ store: sqliteStore(path), auditKeepMs: 0 })
  await using server = await new KilledServer(path).start()
  const cookie = await server.login()
  const seen: string[] = []
  let lastEventId: string | undefined
  let written = 0
  for (let round = 0; round < 3; round += 1) {
    const reader = await openStream({ origin: server.origin, cookie }, lastEventId === undefined ? {} : { lastEventId })
    await writeFacts({ memory }, written + 1, written + 100)
    await reader.until(({ events }) => writtenIds(events).includes(`n/${written + 60}`))
    // Within a frame or between two.
    await server.kill()
    while (await reader.next());
    seen.push(...writtenIds(reader.events))
    lastEventId = reader.lastId
    await writeFacts({ memory }, written + 101, written + 400)
    written += 400
    await server.start()
  }
  await writeFacts({ memory }, written + 1, written + 1)
  const last = await openStream({ origin: server.origin, cookie }, { lastEventId: lastEventId ?? '' })
  await last.until(({ events }) => writtenIds(events).includes(`n/${written + 1}`))
  seen.push(...writtenIds(last.events))
  expect(seen).toEqual(names(1, written + 1))
})

it('continues after any event of a frame', async () => {
  await using open = await openBoard()
  const reader = await openStream(open)
  await writeFacts(open, 1, 10)
  await reader.until(({ events }) => writtenIds(events).length === 10)
  for (const index of [0, 4, 8]) {
    const again = await openStream(open, { after: reader.events[index]?.position ?? '' })
    await again.until(({ events }) => writtenIds(events).includes('n/10'))
    expect(writtenIds(again.events)).toEqual(names(index + 2, 10))
    again.close()
  }
})

it('counts the events that a slow client missed, and goes on', async () => {
  await using open = await openBoard({ maxEvents: 100 })
  const slow = await openStream(open)
  slow.response.pause()
  const ann = open.memory.as({ id: 'ann', role: 'reader' })
  const tags = Array.from({ length: 200 }, (_, index) => `${index} ${'long '.repeat(30)}`)
  // More than the sockets and the server buffer for one client.
  const total = 1_500
  for (let n = 1; n <= total; n += 1) await ann.facts.set(`n/${n}`, n, { tags })
  const watcher = await openStream(open)
  await ann.facts.set('end', 1)
  await watcher.until(({ events }) => writtenIds(events).includes('end'))
  slow.response.resume()
  await slow.until(({ events }) => writtenIds(events).includes('end'))
  expect(slow.dropped).toBeGreaterThan(0)
  expect(slow.dropped + writtenIds(slow.events).length).toBe(total + 1)
})

it('counts the events that the feed no longer holds', async () => {
  await using open = await openBoard({ store: mapStore({ maxChanges: 50 }) })
  const { first } = await open.json<Session>('/api/session')
  await writeFacts(open, 1, 120)
  const reader = await openStream(open, { after: first })
  await reader.until(({ events }) => writtenIds(events).includes('n/120'))
  expect(reader.dropped).toBeGreaterThanOrEqual(70)
})
