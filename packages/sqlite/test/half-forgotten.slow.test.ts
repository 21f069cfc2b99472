import { sqliteStore } from '@skein/sqlite'
import { beforeEach, describe } from 'vitest'

import { describeHalfForgotten } from '../../memory/test/describe-half-forgotten.ts'
import { describeHalfSwept } from '../../memory/test/describe-half-swept.ts'
import { describeHeldAfterKill } from '../../memory/test/describe-held-after-kill.ts'
import { temporaryPath } from './temporary.ts'

describe('An erasure of many records in SQLite', () => {
  let address: string
  beforeEach(() => {
    address = temporaryPath()
  })
  const place = () => {
    const module = import.meta.resolve('@skein/sqlite')
    return { module, factory: 'sqliteStore', address, open: () => sqliteStore(address) }
  }
  describeHalfForgotten(place)
  describeHalfSwept(place)
  describeHeldAfterKill(place)
})
