import { expect, it } from 'vitest'

import { HalfOpen } from './half-open.ts'
import { openBoard } from './open-board.ts'

it('closes in time every connection that does not authenticate, however busy it keeps itself', async () => {
  await using open = await openBoard()
  using few = await HalfOpen.flood(open.board.port, 20)
  expect(few.open).toBe(20)
  const dripping = setInterval(() => few.drip(), 100)
  await expect.poll(() => few.open, { timeout: 60_000, interval: 200 }).toBe(0)
  clearInterval(dripping)
  expect((await open.get('/api/session')).status).toBe(200)
})
