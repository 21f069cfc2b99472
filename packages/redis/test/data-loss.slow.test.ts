import { describeRedisStore } from './describe-redis-store.ts'

describeRedisStore(['data loss'])
