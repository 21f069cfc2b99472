import { randomBytes } from 'node:crypto'

import { mapStore } from '@skein/memory'

import { describeModel } from './model/describe-model.ts'
import { describeVerbs } from './model/describe-verbs.ts'

describeModel('mapStore', mapStore, 300)
describeModel('mapStore, sealed', mapStore, 100, {
  encryption: { keys: { k1: randomBytes(32) }, current: 'k1' },
})
describeModel('mapStore, centralized', mapStore, 100, { architecture: 'centralized' })
describeVerbs('mapStore', mapStore, 20)
