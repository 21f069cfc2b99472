import { mapStore } from '@skein/memory'

import { describeLineage } from './model/describe-lineage.ts'

describeLineage('mapStore', mapStore, { runs: 600, steps: 80, many: [110, 520, 2_100] })
