import { openaiModel } from '@skein/openai'

import { describeDurations } from '../../memory/test/describe-durations.ts'

const local = { model: 'x', baseURL: 'http://localhost:1/v1' }

describeDurations({
  'time-out of a call': { option: 'timeoutMs', attempt: (timeoutMs) => openaiModel({ ...local, timeoutMs }) },
  'time-out between the pieces of a stream': {
    option: 'idleTimeoutMs',
    attempt: (idleTimeoutMs) => openaiModel({ ...local, idleTimeoutMs }),
  },
})
