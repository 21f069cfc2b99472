import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

import { sqliteStore } from '@skein/sqlite'
import { expect } from 'vitest'

import { currentFormat } from '../src/schema/database-format.ts'
import { oldFile, tablesOf } from './old-database.ts'

const before = tablesOf(oldFile)

/**
 * Looks at what a crash left of the migration of the old database, and at a
 * copy of it, opens it as if nothing had happened.
 *
 * @returns the format that it was left in.
 */
export async function formatAfterCrash(path: string): Promise<number> {
  const folder = mkdtempSync(`${dirname(path)}-crashed-`)
  try {
    for (const name of readdirSync(dirname(path))) copyFileSync(join(dirname(path), name), join(folder, name))
    const left = join(folder, basename(path))
    const copies = readdirSync(folder).filter((name) => /\.format-3(-\d+)?$/.test(name))
    const { format, ...tables } = tablesOf(left)
    expect({ format: before.format, ...tables }).toEqual(before)
    expect([before.format, currentFormat]).toContain(format)
    if (format === currentFormat) expect(copies).toHaveLength(1)
    for (const copy of copies) expect(tablesOf(join(folder, copy))).toEqual(before)

    await (await sqliteStore(path).open('default', 'writer'))[Symbol.asyncDispose]()
    expect(tablesOf(path)).toEqual({ ...before, format: currentFormat })
    const unfinished = readdirSync(dirname(path)).filter((name) => name.includes('.partial'))
    // Nobody looks for it once the database has been migrated.
    expect(unfinished.length).toBeLessThanOrEqual(format === currentFormat ? 1 : 0)
    return format
  } finally {
    rmSync(folder, { recursive: true })
  }
}
