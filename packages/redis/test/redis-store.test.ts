import { storeContractParts } from '@skein/memory/testing'

import { describeRedisStore } from './describe-redis-store.ts'

describeRedisStore(storeContractParts.filter((part) => part !== 'large values'))
