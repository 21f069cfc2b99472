import { describeStore, storeContractParts } from '@skein/memory/testing'

import { databasePerTest } from './database-per-test.ts'

const parts = storeContractParts.filter((part) => part !== 'large values')

describeStore('sqliteStore', { ...databasePerTest(), parts })
