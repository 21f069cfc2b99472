import { redisBus, redisStore } from '@skein/redis'

import { describeDurations } from '../../memory/test/describe-durations.ts'

const url = 'redis://localhost:1'

describeDurations({
  'time-out of a command': {
    option: 'commandTimeoutMs',
    attempt: (commandTimeoutMs) => redisStore({ url, commandTimeoutMs }),
  },
  'time-out of connecting': {
    option: 'connectTimeoutMs',
    attempt: (connectTimeoutMs) => redisStore({ url, connectTimeoutMs }),
  },
  'interval of pings': { option: 'pingMs', attempt: (pingMs) => redisStore({ url, pingMs }) },
  'time-out of a command of the bus': {
    option: 'commandTimeoutMs',
    attempt: (commandTimeoutMs) => redisBus({ url, commandTimeoutMs }),
  },
})
