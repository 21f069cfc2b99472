import { vi } from 'vitest'
import * as xstate from 'xstate'

import { describeSame } from './describe-same.ts'

// Skein itself finds the oldest version that it works with.
vi.mock('xstate', () => import('xstate-oldest'))

describeSame('an agent does what plain XState does, in the oldest version', xstate)
