import { describeStore, storeContractParts } from '@skein/memory/testing'
import { redisStore } from '@skein/redis'
import type { Cluster } from 'ioredis'
import { afterAll, describe } from 'vitest'

import { putRow } from './describe-redis-store.ts'
import { startCluster } from './redis-cluster.ts'
import { missing } from './redis-server.ts'

const leftOut = new Set<string>(['large values', 'data loss'])

describe.skipIf(missing)(`redisStore on a cluster${missing ? ` (${missing})` : ''}`, async () => {
  const cluster = missing ? undefined : await startCluster()
  afterAll(() => cluster?.stop())
  const client = cluster?.client()
  let made = 0
  let prefix = ''
  const open = () => redisStore({ ...(client && { client }), prefix })

  describeStore('redisStore on a cluster', {
    create: () => {
      prefix = `skein-${(made += 1)}:`
      return open()
    },
    reopen: open,
    tamper: { put: (space, record) => putRow(client as Cluster, `{${prefix}${space}}:`, record) },
    parts: storeContractParts.filter((part) => !leftOut.has(part)),
  })
})
