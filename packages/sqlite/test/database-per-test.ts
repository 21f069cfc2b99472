import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { StoreContractOptions } from '@skein/memory/testing'
import { sqliteStore } from '@skein/sqlite'
import { afterAll } from 'vitest'

import { putRow } from './put-row.ts'

/** Gives each test of the store contract a database of its own; all are removed in the end. */
export function databasePerTest(): Pick<StoreContractOptions, 'create' | 'reopen' | 'tamper'> {
  const folder = mkdtempSync(join(tmpdir(), 'skein-sqlite-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  let count = 0
  const current = (): string => join(folder, `${count}.db`)
  return {
    create: () => {
      count += 1
      return sqliteStore(current())
    },
    reopen: () => sqliteStore(current()),
    tamper: { put: (space, record) => putRow(current(), space, record) },
  }
}
