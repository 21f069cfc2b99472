import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { StoreError } from '@skein/memory'
import { inspectSpace } from '@skein/memory/runtime'
import { sqliteStore } from '@skein/sqlite'
import { expect, it } from 'vitest'

import { expectIntact, filledDatabase } from './filled-database.ts'
import { numbersFrom } from './numbers-from.ts'

it('verification finds each of 60 flipped bits, unless everything reads as it was written', async () => {
  const path = await filledDatabase(200)
  const intact = readFileSync(path)
  const copy = join(dirname(path), 'copy.db')
  let found = 0
  for (let seed = 0; seed < 60; seed += 1) {
    const random = numbersFrom(seed)
    const bytes = Buffer.from(intact)
    const at = Math.floor(random() * bytes.length)
    bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(random() * 8))
    writeFileSync(copy, bytes)
    const corruptions = await inspectSpace({ store: sqliteStore(copy) }).then(
      (inspection) => inspection.corruptions.length,
      (error: unknown) => {
        if (!(error instanceof StoreError)) throw error
        return 1
      },
    )
    if (corruptions > 0) found += 1
    else await expectIntact(copy, 200)
    for (const ending of ['', '-wal', '-shm']) rmSync(copy + ending, { force: true })
  }
  expect(found).toBeGreaterThan(10)
})
