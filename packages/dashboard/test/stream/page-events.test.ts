import { mapStore } from '@skein/memory'
import { expect, it } from 'vitest'

import type { EventPage, SceneEvent, Session } from '../../src/index.ts'
import { openBoard } from '../open-board.ts'
import { names, writeFacts, writtenIds } from './numbered-facts.ts'
import { openStream } from './stream-reader.ts'

it('connects to the stream without gaps or duplicates', async () => {
  await using open = await openBoard()
  await writeFacts(open, 1, 30)
  const { first } = await open.json<Session>('/api/session')
  const past: SceneEvent[] = []
  let after = first
  const query = (): string => `/api/events?limit=7&after=${encodeURIComponent(after)}`
  for (let page = await open.json<EventPage>(query()); ; page = await open.json<EventPage>(query())) {
    past.push(...page.events)
    after = page.next
    if (!page.hasMore) break
  }
  expect(writtenIds(past)).toEqual(names(1, 30))
  await writeFacts(open, 31, 35)
  const reader = await openStream(open, { after })
  await reader.until(({ events }) => writtenIds(events).includes('n/35'))
  expect(writtenIds(reader.events)).toEqual(names(31, 35))
})

it('reports when the feed no longer holds the events after a position', async () => {
  await using open = await openBoard({ store: mapStore({ maxChanges: 50 }) })
  const { first } = await open.json<Session>('/api/session')
  await writeFacts(open, 1, 120)
  const page = await open.json<EventPage>(`/api/events?limit=1000&after=${first}`)
  expect(page.trimmed).toBe(true)
})
