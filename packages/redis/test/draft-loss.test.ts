import { outlast } from '@skein/memory/runtime'
import { redisStore } from '@skein/redis'
import { expect, it, vi } from 'vitest'

import { enforce, writeDraft } from '../../memory/src/forgetting/erasure-draft.ts'
import type { Doomed } from '../../memory/src/forgetting/erasure-plan.ts'
import { adminOf, forgetful, serverWith } from './open-memories.ts'
import { missing } from './redis-server.ts'

// The server is killed and started again.
vi.setConfig({ testTimeout: 60_000 })

it.skipIf(missing)(
  `kill -9 while an erasure is planned: it does not come into force without the part that was lost${missing ? ` (${missing})` : ''}`,
  async () => {
    const server = await serverWith(...forgetful)
    const admin = await adminOf(server)
    await using store = await redisStore(server.url).open('default', 'writer')
    const parts = ['a', 'b', 'c', 'd'].map((id): readonly Doomed[] => {
      return [{ collection: 'facts', id, version: 1, seq: 1, createdAt: 1, sensitivity: 'public', compartments: [] }]
    })
    let written = 0
    const draft = await writeDraft('e', parts, {
      changes: (after, limit) => store.changes(after, limit),
      write: async (mutation) => {
        const commit = await outlast(() => store.write([mutation]))
        written += 1
        // The draft and its first part stay.
        if (written === 2) await admin.save()
        if (written === 3) {
          await server.kill()
          await server.restart()
        }
        return commit.ok ? commit.written[0] : undefined
      },
    })
    const { records } = await store.list({ collection: 'settings', prefix: 'erasing/e/', limit: 10 })
    expect(records.map(({ id }) => id.slice(id.lastIndexOf('/') + 1))).toEqual(['0', '2', '3', 'draft'])
    expect(await store.write(enforce('e', draft))).toMatchObject({ ok: false })
  },
)
