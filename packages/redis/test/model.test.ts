import { redisStore } from '@skein/redis'
import { afterAll, describe } from 'vitest'

import { describeModel } from '../../memory/test/model/describe-model.ts'
import { describeLineage } from '../../memory/test/model/describe-lineage.ts'
import { describeVerbs } from '../../memory/test/model/describe-verbs.ts'
import { missing, startServer } from './redis-server.ts'

describe.skipIf(missing)(`redisStore${missing ? ` (${missing})` : ''}`, async () => {
  const server = missing ? undefined : await startServer('--appendfsync', 'no')
  afterAll(() => server?.stop())
  let made = 0

  const create = () => redisStore({ url: server?.url ?? '', prefix: `skein-${(made += 1)}:` })

  describeModel('redisStore', create, 60)
  describeVerbs('redisStore', create, 5)
  describeLineage('redisStore', create, { runs: 8, steps: 30, many: [110] })
})
