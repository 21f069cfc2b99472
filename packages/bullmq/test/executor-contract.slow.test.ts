import { bullmqExecutor, createWorker } from '@skein/bullmq'
import { extractiveModel } from '@skein/core'
import { describeExecutor } from '@skein/core/executor/testing'
import { openMemory } from '@skein/memory'
import { redisStore } from '@skein/redis'
import { describe } from 'vitest'

import { missing, startServer } from '../../redis/test/redis-server.ts'

describe.skipIf(missing)('a worker on another machine', () => {
  describeExecutor('bullmq', {
    open: async (module) => {
      const server = await startServer()
      const connection = server.url
      const memory = await openMemory({ store: redisStore(connection) })
      // The worker shares nothing with its caller but Redis.
      const there = await openMemory({ store: redisStore(connection) })
      const worker = await createWorker({
        memory: there,
        connection,
        activities: [module],
        threads: { threads: 1, graceMs: 2_000 },
      })
      const executor = await bullmqExecutor({ connection })({ memory, model: extractiveModel() })
      return {
        memory,
        executor,
        close: async () => {
          await worker.close()
          await there.close()
          await memory.close()
          await server.stop()
        },
      }
    },
  })
})
