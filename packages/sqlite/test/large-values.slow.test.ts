import { describeStore } from '@skein/memory/testing'

import { databasePerTest } from './database-per-test.ts'

describeStore('sqliteStore', { ...databasePerTest(), parts: ['large values'] })
