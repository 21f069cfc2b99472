import { activity } from '@skein/core'
import type { Activity } from '@skein/core'

import { partWork } from './part-work.ts'

/** One part of a job: it waits as for a model, and gives back a little. */
export const part: Activity<number, number> = activity((_, n) => partWork(n), { shared: true, kind: 'io' })
