import { redisBus } from '@skein/redis'
import { afterAll, describe } from 'vitest'

import { describeBusSealing } from '../../memory/test/describe-bus-sealing.ts'
import { missing, startServer } from './redis-server.ts'

describe.skipIf(missing)(`redisBus${missing ? ` (${missing})` : ''}`, async () => {
  const server = missing ? undefined : await startServer('--appendonly', 'no')
  afterAll(() => server?.stop())
  let made = 0
  describeBusSealing('redisBus', () => redisBus({ url: server?.url ?? '', prefix: `bus-${(made += 1)}:` }))
})
