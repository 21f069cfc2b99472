import { expect, it } from 'vitest'

import type { InboxItem } from '../src/index.ts'
import { openBoard } from './open-board.ts'

it('list all open escalations with their deadlines, and the newest that have ended', async () => {
  await using open = await openBoard()
  const ann = open.memory.as({ id: 'ann', role: 'sales' })
  const { id } = await ann.escalations.open({ task: 't0', reason: 'The first.', ttlMs: 600_000 })
  for (let n = 1; n <= 250; n += 1) {
    const ended = await ann.escalations.open({ task: `t${n}`, reason: 'Another.' })
    await ann.escalations.handBack(ended.id, 'never mind')
  }
  const items = await open.json<InboxItem[]>('/api/inbox')
  expect(items).toHaveLength(201)
  expect(items[0]).toMatchObject({ id, state: 'open', expiresAt: expect.any(Number) })
  expect(items.at(-1)).toMatchObject({ task: 't250', state: 'handed-back' })
})
