import { describeStore } from '@skein/memory/testing'
import { redisStore } from '@skein/redis'
import { afterAll, describe } from 'vitest'

import { missing, startServer } from './redis-server.ts'

/** A busy machine needs more than five seconds for 50 MB. */
const commandTimeoutMs = 60_000

describe.skipIf(missing)(`redisStore${missing ? ` (${missing})` : ''}`, async () => {
  const server = missing ? undefined : await startServer('--appendfsync', 'no')
  afterAll(() => server?.stop())
  let made = 0
  let last = ''

  describeStore('redisStore', {
    create: () => {
      last = `skein-${(made += 1)}:`
      return redisStore({ url: server?.url ?? '', prefix: last, commandTimeoutMs })
    },
    reopen: () => redisStore({ url: server?.url ?? '', prefix: last, commandTimeoutMs }),
  })
})
