import { mapStore, openMemory } from '@skein/memory'

import { describeDurations } from '../../memory/test/describe-durations.ts'
import { dashboard } from '../src/index.ts'
import { operator } from './open-board.ts'

describeDurations({
  'heartbeat of an idle page': {
    option: 'heartbeatMs',
    attempt: async (heartbeatMs) => {
      await using memory = await openMemory({ store: mapStore() })
      await dashboard({ memory, principal: operator, heartbeatMs }).close()
    },
  },
})
