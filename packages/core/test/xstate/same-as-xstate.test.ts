import * as newest from 'xstate'
import * as oldest from 'xstate-oldest'

import { describeSame } from './describe-same.ts'

describeSame('an agent does what plain XState does', newest)
describeSame('an agent runs the machines of another copy and version of XState', oldest as never)
