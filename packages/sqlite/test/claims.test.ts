import { openMemory } from '@skein/memory'
import type { ClaimToken } from '@skein/memory/types'
import { sqliteStore } from '@skein/sqlite'
import { expect, it } from 'vitest'

import { temporaryPath } from './temporary.ts'

it('a write under a claim is late as soon as its lease has ended, though nobody else has the task yet', async () => {
  const path = temporaryPath()
  await using memory = await openMemory({ store: sqliteStore(path) })
  const { claims, facts } = memory.as({ id: 'a', role: 'worker' })
  const killed = await openMemory({ store: sqliteStore(path) })
  const claim = await killed.as({ id: 'b', role: 'worker' }).claims.claim('t', { leaseMs: 100 })
  // Closing ends the heartbeat, as a kill would.
  await killed.close()
  while (await claims.holder('t')) await new Promise((resolve) => setImmediate(resolve))
  const late = facts.set('t/done', 1, { claim: { task: 't', fence: claim?.fence ?? 0 } })
  await expect(late).rejects.toMatchObject({ code: 'SKEIN_FENCE' })
  expect(await facts.get('t/done')).toBeUndefined()
})

it.each([{ task: 't' }, {}, { task: 't', fence: null }, { task: 't', fence: '1' }])(
  'a claim like %j, which names no fence, lets nothing through',
  async (claim) => {
    await using memory = await openMemory({ store: sqliteStore(temporaryPath()) })
    const { facts } = memory.as({ id: 'a', role: 'worker' })
    await expect(facts.set('t/done', 1, { claim: claim as ClaimToken })).rejects.toMatchObject({
      code: expect.stringMatching(/^SKEIN_(FENCE|OPTION)$/) as string,
    })
    expect(await facts.get('t/done')).toBeUndefined()
  },
)
