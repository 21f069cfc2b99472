import { sqliteStore } from '@skein/sqlite'

import { describeDurations, lifetimes } from '../../memory/test/describe-durations.ts'

const path = 'never-opened.db'

describeDurations({
  'wait for the lock': { option: 'busyTimeoutMs', attempt: (busyTimeoutMs) => sqliteStore({ path, busyTimeoutMs }) },
  'interval of polling': { option: 'pollMs', attempt: (pollMs) => sqliteStore({ path, pollMs }) },
  'age of changes in the feed': {
    option: 'maxChangeAgeMs',
    accepts: lifetimes,
    attempt: (maxChangeAgeMs) => sqliteStore({ path, maxChangeAgeMs }),
  },
})
