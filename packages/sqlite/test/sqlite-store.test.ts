import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { describeStore } from '@skein/memory/testing'
import { sqliteStore } from '@skein/sqlite'
import { afterAll } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'skein-sqlite-'))
let count = 0
const current = (): string => join(folder, `${count}.db`)

describeStore('sqliteStore', {
  create: () => {
    count += 1
    return sqliteStore(current())
  },
  reopen: () => sqliteStore(current()),
})

afterAll(() => rmSync(folder, { recursive: true }))
