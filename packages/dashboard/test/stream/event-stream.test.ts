import { expect, it } from 'vitest'

import { openBoard } from '../open-board.ts'
import { openStream } from './stream-reader.ts'

it('sends a heartbeat when nothing happens', async () => {
  await using open = await openBoard({ heartbeatMs: 50 })
  const reader = await openStream(open)
  const sent = await reader.next()
  expect(sent).toMatchObject({ event: 'heartbeat', data: { now: expect.any(Number) } })
})
