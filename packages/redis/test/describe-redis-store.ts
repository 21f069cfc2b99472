import { copyFileSync } from 'node:fs'
import { join } from 'node:path'

import { describeStore } from '@skein/memory/testing'
import type { StoreContractPart } from '@skein/memory/testing'
import { redisStore } from '@skein/redis'
import { Redis } from 'ioredis'
import { afterAll, describe } from 'vitest'

import { missing, startServer } from './redis-server.ts'
import type { TestServer } from './redis-server.ts'

/** A busy machine needs more than five seconds for 50 MB. */
const commandTimeoutMs = 60_000

/** Declares parts of the store contract for a server that all of them share. */
export function describeRedisStore(parts: readonly StoreContractPart[]): void {
  describe.skipIf(missing)(`redisStore${missing ? ` (${missing})` : ''}`, async () => {
    // A server that keeps snapshots alone can go back to an older one.
    const persistence = parts.includes('data loss') ? ['--appendonly', 'no'] : ['--appendfsync', 'no']
    const server = missing ? undefined : await startServer(...persistence)
    afterAll(() => server?.stop())
    let made = 0
    let prefix = ''
    const open = () => redisStore({ url: server?.url ?? '', prefix, commandTimeoutMs })

    describeStore('redisStore', {
      create: () => {
        prefix = `skein-${(made += 1)}:`
        return open()
      },
      reopen: open,
      snapshot: () => keepSnapshot(server as TestServer),
      parts,
    })
  })
}

/** Saves what a server holds; puts it back by killing the server and starting it from that. */
export async function keepSnapshot(server: TestServer): Promise<() => Promise<void>> {
  const admin = new Redis(server.url)
  await admin.save()
  admin.disconnect()
  const [file, kept] = [join(server.folder, 'dump.rdb'), join(server.folder, 'kept.rdb')]
  copyFileSync(file, kept)
  return async () => {
    await server.kill()
    copyFileSync(kept, file)
    await server.restart()
  }
}
