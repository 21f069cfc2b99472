import { redisStore } from '@skein/redis'
import { afterAll, describe } from 'vitest'

import { describeLineage } from '../../memory/test/model/describe-lineage.ts'
import { missing, startServer } from './redis-server.ts'

describe.skipIf(missing)(`redisStore${missing ? ` (${missing})` : ''}`, async () => {
  const server = missing ? undefined : await startServer('--appendfsync', 'no')
  afterAll(() => server?.stop())
  let made = 0
  const create = () => redisStore({ url: server?.url ?? '', prefix: `skein-${(made += 1)}:` })

  describeLineage('redisStore', create, { runs: 40, steps: 60, many: [110, 520] })
})
