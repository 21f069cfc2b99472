import { describeRedisStore } from './describe-redis-store.ts'

describeRedisStore(['large values'])
