import { redisStore } from '@skein/redis'
import { afterAll, describe } from 'vitest'

import { describeModel } from '../../memory/test/model/describe-model.ts'
import { missing, startServer } from './redis-server.ts'

describe.skipIf(missing)(`redisStore${missing ? ` (${missing})` : ''}`, async () => {
  const server = missing ? undefined : await startServer('--appendfsync', 'no')
  afterAll(() => server?.stop())
  let made = 0

  describeModel('redisStore', () => redisStore({ url: server?.url ?? '', prefix: `skein-${(made += 1)}:` }), 60)
})
