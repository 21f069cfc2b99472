import { activity } from '@skein/core'
import type { Activity } from '@skein/core'

import { spin } from './work.ts'

/** Computes for so many rounds. */
export const compute: Activity<number, number> = activity((_, rounds) => spin(rounds))

/** Next to nothing: what is left is the way there and back. */
export const increment: Activity<number, number> = activity((_, value) => value + 1)

/** Adds up what others found. */
export const sum: Activity<readonly number[], number> = activity((_, values) => values.reduce((a, b) => a + b, 0))
