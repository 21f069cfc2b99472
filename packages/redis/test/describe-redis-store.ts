import { describeStore } from '@skein/memory/testing'
import type { StoreContractPart } from '@skein/memory/testing'
import { redisStore } from '@skein/redis'
import { afterAll, describe } from 'vitest'

import { missing, startServer } from './redis-server.ts'

/** A busy machine needs more than five seconds for 50 MB. */
const commandTimeoutMs = 60_000

/** Declares parts of the store contract for a server that all of them share. */
export function describeRedisStore(parts: readonly StoreContractPart[]): void {
  describe.skipIf(missing)(`redisStore${missing ? ` (${missing})` : ''}`, async () => {
    const server = missing ? undefined : await startServer('--appendfsync', 'no')
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
      parts,
    })
  })
}
