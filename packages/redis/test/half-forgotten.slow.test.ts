import { redisStore } from '@skein/redis'
import { afterAll, beforeAll, describe } from 'vitest'

import { describeHalfForgotten } from '../../memory/test/describe-half-forgotten.ts'
import { describeHalfSwept } from '../../memory/test/describe-half-swept.ts'
import { describeHeldAfterKill } from '../../memory/test/describe-held-after-kill.ts'
import { missing, startServer } from './redis-server.ts'
import type { TestServer } from './redis-server.ts'

describe.skipIf(missing)(`An erasure of many records on Redis${missing ? ` (${missing})` : ''}`, () => {
  let server: TestServer
  beforeAll(async () => {
    server = await startServer('--appendfsync', 'no')
  })
  afterAll(() => server.stop())
  const place = () => {
    const module = import.meta.resolve('@skein/redis')
    return { module, factory: 'redisStore', address: server.url, open: () => redisStore(server.url) }
  }
  describeHalfForgotten(place)
  describeHalfSwept(place)
  describeHeldAfterKill(place)
})
