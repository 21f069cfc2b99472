import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

import { describeStore } from '@skein/memory/testing'
import { afterAll, expect, it } from 'vitest'

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
  tamper: {
    put: (space, record) => {
      using db = new DatabaseSync(join(folder, `${made}.db`))
      const { collection, id, seq, expiresAt = null } = record
      const row = JSON.stringify({ record, deleted: false })
      db.prepare('REPLACE INTO rows VALUES (?, ?, ?, ?, ?, ?)').run(space, collection, id, seq, expiresAt, row)
    },
  },
})

it('the guide shows this file, in parts and whole, in under 100 lines', () => {
  const read = (path: string): string => readFileSync(join(import.meta.dirname, path), 'utf8')
  const file = read('node-sqlite-store.ts')
  const parts = Array.from(
    read('../docs/guide/write-a-store.md').matchAll(/^```ts part\n([^]*?)^```$/gm),
    ([, code]) => code,
  )
  const dense = (code: string): string => code.replaceAll(/\n\n+/g, '\n')
  expect(dense(parts.join(''))).toBe(dense(file))
  expect(file.split('\n').length).toBeLessThanOrEqual(100)
})
