import type { StoredRecord } from '@skein/memory/store'
import Database from 'better-sqlite3'

import { columns, packRow } from '../src/records/record-row.ts'

/** Puts a row into a file, with a right checksum and past the triggers, as somebody does who knows how it is made. */
export function putRow(path: string, space: string, record: StoredRecord): void {
  const db = new Database(path, { timeout: 10_000 })
  try {
    const number = db.prepare('SELECT number FROM spaces WHERE name = ?').pluck().get(space) as number
    const triggers = db.prepare(`SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ?`)
    const found = triggers.all(`records_${number}`) as { name: string; sql: string }[]
    const packed = packRow({ record, deleted: false })
    const sets = columns.split(', ').map((name) => `${name} = excluded.${name}`)
    db.transaction(() => {
      for (const { name } of found) db.exec(`DROP TRIGGER ${name}`)
      db.prepare(
        `INSERT INTO records_${number} (${columns}) VALUES (${packed.map(() => '?').join(', ')})
          ON CONFLICT (collection, id) DO UPDATE SET ${sets.join(', ')}`,
      ).run(...packed)
      for (const { sql } of found) db.exec(sql)
    }).immediate()
  } finally {
    db.close()
  }
}
