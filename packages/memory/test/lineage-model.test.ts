import { mapStore } from '@skein/memory'

import { describeLineage } from './model/describe-lineage.ts'

describeLineage('mapStore', mapStore, { runs: 50, steps: 40, many: [110, 520] })
