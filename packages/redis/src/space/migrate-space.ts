import { collections, hasTrait } from '@skein/memory/store'
import type { Collection, Corruption } from '@skein/memory/store'

import type { RedisClient } from '../connection/redis-client.ts'
import type { ScriptRunner } from '../lua/script-runner.ts'
import { migrateRowsScript } from '../lua/scripts.generated.ts'
import { beginningOfRow, unpackRow } from '../records/record-row.ts'
import { currentFormat, formatOfRow } from '../records/row-format.ts'
import { scanHash } from './scan.ts'
import { rowsKey } from './space-keys.ts'
import { corruptionOf } from './verify-space.ts'

/** How few rows a script rewrites at once: others wait for it. */
const pageSize = 100

/** What became of the rows of a space. */
export interface MigratedRows {
  readonly rows: number
  readonly migrated: number
  readonly damaged: readonly Corruption[]
}

/** How far a walk through a space has come. */
export interface WalkProgress {
  readonly rows: number
  readonly checked: number
  readonly migrated: number
}

/**
 * Walks through all rows of a space and rewrites those of an older format in the
 * current one. Damaged rows stay as they are.
 *
 * @param afterPage - Called after each page; what it throws ends the walk.
 */
export async function migrateRows(
  client: RedisClient,
  scripts: ScriptRunner,
  base: string,
  afterPage: (progress: WalkProgress) => void,
): Promise<MigratedRows> {
  const names = Object.keys(collections) as Collection[]
  const counts = await Promise.all(names.map((collection) => client.hlen(rowsKey(base, collection))))
  const rows = counts.reduce((sum, count) => sum + count, 0)
  const damaged = new Map<string, Corruption>()
  let checked = 0
  let migrated = 0
  for (const collection of names) {
    for await (const page of scanHash(client, rowsKey(base, collection), pageSize)) {
      const args: string[] = []
      for (const [id, text] of page) {
        if (formatOfRow(text) >= currentFormat) continue
        try {
          unpackRow({ collection, id }, text)
          args.push(id, beginningOfRow(text))
        } catch (error) {
          damaged.set(`${collection}/${id}`, corruptionOf(collection, id, text, error))
        }
      }
      if (args.length > 0)
        migrated += (await scripts.run(migrateRowsScript, [
          base,
          collection,
          hasTrait(collection, 'named') ? '=' : '',
          ...args,
        ])) as number
      // Rows that move in their hash meanwhile come twice.
      checked = Math.min(checked + page.length, rows)
      afterPage({ rows, checked, migrated })
    }
  }
  return { rows, migrated, damaged: [...damaged.values()] }
}
