import { copyFileSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { sqliteStore } from '@skein/sqlite'
import { beforeEach, describe } from 'vitest'

import { describeKilledErasures } from '../../memory/test/describe-killed-erasures.ts'
import { temporaryPath } from './temporary.ts'

describe('An erasure in SQLite', () => {
  let address: string
  let kept: string
  beforeEach(() => {
    address = temporaryPath()
    kept = temporaryPath()
  })
  const files = (): readonly string[] => readdirSync(dirname(address)).map((name) => join(dirname(address), name))
  const place = () => ({
    module: import.meta.resolve('@skein/sqlite'),
    factory: 'sqliteStore',
    address,
    open: () => sqliteStore(address),
    keep: async () => copyFileSync(address, kept),
    restore: async () => {
      for (const file of files()) rmSync(file)
      copyFileSync(kept, address)
    },
    found: async (texts: readonly string[]) => {
      const bytes = files().map((file) => readFileSync(file))
      return texts.filter((one) => bytes.some((file) => file.includes(one)))
    },
  })
  describeKilledErasures(place, 8)
})
