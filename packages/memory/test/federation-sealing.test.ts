import { inProcessBus } from '@skein/memory'

import { describeBusSealing } from './describe-bus-sealing.ts'

describeBusSealing('inProcessBus', () => inProcessBus())
