import { storeContractParts } from '@skein/memory/testing'

import { describeRedisStore } from './describe-redis-store.ts'

describeRedisStore(storeContractParts.filter((part) => !['large values', 'data loss'].includes(part)))
