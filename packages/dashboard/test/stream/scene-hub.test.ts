import { setTimeout as pause } from 'node:timers/promises'

import { mapStore, openMemory } from '@skein/memory'
import { expect, it } from 'vitest'

import { openBoard, operator } from '../open-board.ts'
import { writeFacts, writtenIds } from './numbered-facts.ts'
import { openStream } from './stream-reader.ts'

it('follows the feed once for all clients, and reads nothing without clients', async () => {
  await using memory = await openMemory({ store: mapStore() })
  const view = memory.as(operator)
  let reads = 0
  const counted = {
    ...memory,
    as: () => view,
    space: memory.space,
    stats: () => memory.stats(),
  }
  const { feed } = view
  const read = feed.read.bind(feed)
  feed.read = (query) => {
    reads += 1
    return read(query)
  }
  await using open = await openBoard({ memory: counted as never })
  await writeFacts({ memory }, 1, 5)
  expect(reads).toBe(0)
  const readers = await Promise.all(Array.from({ length: 10 }, () => openStream(open, { after: '5.0.x' })))
  await writeFacts({ memory }, 6, 6)
  await Promise.all(readers.map((reader) => reader.until(({ events }) => writtenIds(events).length === 1)))
  const perChange = reads
  await writeFacts({ memory }, 7, 7)
  await Promise.all(readers.map((reader) => reader.until(({ events }) => writtenIds(events).length === 2)))
  // One follower: a few reads for the change and the audit's own entries, not one per client.
  expect(reads - perChange).toBeLessThan(10)
  for (const reader of readers) reader.close()
  while (open.board.streams > 0) await pause(5)
  const atRest = reads
  await writeFacts({ memory }, 8, 20)
  // The session itself reads the feed once.
  await open.json('/api/session')
  expect(reads - atRest).toBe(1)
})
