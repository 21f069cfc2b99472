import { activity } from '@skein/core'
import type { Activity } from '@skein/core'

import { partWork } from './part-work.ts'
import type { PartInput } from './part-work.ts'

/** One part of a job, as an activity. */
export const part: Activity<PartInput, number> = activity((_, input) => partWork(input), { shared: true, kind: 'io' })
