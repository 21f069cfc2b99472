import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { redisStore } from '@skein/redis'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, describe } from 'vitest'

import { describeKilledErasures } from '../../memory/test/describe-killed-erasures.ts'
import { missing, startServer } from './redis-server.ts'
import type { TestServer } from './redis-server.ts'

interface Dump {
  readonly key: string
  readonly ttlMs: number
  readonly bytes: Buffer
}

describe.skipIf(missing)(`An erasure on Redis${missing ? ` (${missing})` : ''}`, () => {
  let server: TestServer
  let admin: Redis
  let dumps: readonly Dump[] = []
  beforeAll(async () => {
    server = await startServer('--appendfsync', 'no', '--rdbcompression', 'no')
    admin = new Redis(server.url)
  })
  beforeEach(() => admin.flushall())
  afterAll(async () => {
    admin.disconnect()
    await server.stop()
  })

  const place = () => ({
    module: import.meta.resolve('@skein/redis'),
    factory: 'redisStore',
    address: server.url,
    open: () => redisStore(server.url),
    keep: async () => {
      const keys = await admin.keys('*')
      dumps = await Promise.all(
        keys.map(async (key) => {
          const bytes = await admin.dumpBuffer(key)
          return { key, ttlMs: Math.max(0, await admin.pttl(key)), bytes: Buffer.from(bytes ?? '') }
        }),
      )
    },
    restore: async () => {
      await admin.flushall()
      await Promise.all(dumps.map(({ key, ttlMs, bytes }) => admin.restore(key, ttlMs, bytes)))
    },
    found: async (texts: readonly string[]) => {
      const entries = readdirSync(server.folder, { recursive: true, withFileTypes: true })
      const files = entries.filter((entry) => entry.isFile()).map((file) => join(file.parentPath, file.name))
      const bytes = files.map((file) => readFileSync(file))
      return texts.filter((text) => bytes.some((file) => file.includes(text)))
    },
  })
  describeKilledErasures(place, 8)
})
