import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { describeStore } from '@skein/memory/testing'
import { afterAll } from 'vitest'

import { nodeSqliteStore } from './node-sqlite-store.ts'

const folder = mkdtempSync(join(tmpdir(), 'skein-node-sqlite-'))
afterAll(() => rmSync(folder, { recursive: true }))
let made = 0
const open = () => nodeSqliteStore(join(folder, `${made}.db`))

describeStore('nodeSqliteStore', {
  create: () => {
    made += 1
    return open()
  },
  reopen: open,
})
