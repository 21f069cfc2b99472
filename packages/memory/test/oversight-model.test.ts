import { mapStore } from '@skein/memory'

import { describeOversight } from './model/describe-oversight.ts'

describeOversight('mapStore', mapStore, 100)
