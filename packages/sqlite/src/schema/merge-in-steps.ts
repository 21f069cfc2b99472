import { languageMarks } from '@skein/memory/store'

import type { Database } from '../file/database.ts'
import { spaceSql } from '../file/space-sql.ts'
import { listWriter } from '../terms/block-lists.ts'
import { spaceNumbers } from './spaces.ts'

/** Format 7 merges blocks of the search index in steps, begins with smaller ones, knows their languages, and packs their lists. */
export function mergeInSteps(db: Database): void {
  for (const number of spaceNumbers(db)) {
    const columns = db.pragma(`table_info(blocks_${number})`) as { readonly name: string }[]
    // A step from an older format made the tables as they are now.
    if (columns.some(({ name }) => name === 'start')) continue
    db.exec(`
      ALTER TABLE blocks_${number} ADD COLUMN start INTEGER NOT NULL DEFAULT 0;
      UPDATE blocks_${number} SET start = block, rank = rank + 1;
      ALTER TABLE groups_${number} ADD COLUMN languages TEXT NOT NULL DEFAULT '';
      CREATE TABLE merging_${number} (
        rank INTEGER PRIMARY KEY, block INTEGER NOT NULL, start INTEGER NOT NULL, sources TEXT NOT NULL,
        grp INTEGER NOT NULL, term TEXT NOT NULL
      );
      CREATE TABLE dropping_${number} (block INTEGER PRIMARY KEY, start INTEGER NOT NULL);
    `)
    const groups = db.prepare(`SELECT grp FROM groups_${number}`).pluck().all() as number[]
    const known = db
      .prepare(`SELECT EXISTS (SELECT 1 FROM blocks_${number} b CROSS JOIN postings_${number} p
      ON p.block = b.block AND p.grp = ? AND p.term >= ? AND p.term < ?)`)
      .pluck()
    const note = db.prepare(`UPDATE groups_${number} SET languages = ? WHERE grp = ?`)
    for (const group of groups) {
      const marks = languageMarks.filter((mark) => known.get(group, mark, `${mark}\u{10FFFF}`) === 1)
      if (marks.length > 0) note.run(` ${marks.join(' ')} `, group)
    }
    packLists(db, number)
  }
}

/** Puts lists that were rows each into chunks, block by block. */
function packLists(db: Database, number: number): void {
  const sql = spaceSql(db, number)
  const places = sql('SELECT DISTINCT block, grp FROM @blocks CROSS JOIN @groups').all() as [number, number][]
  for (const [block, group] of places) {
    const select = 'SELECT term, entries FROM @postings WHERE block = ? AND grp = ? ORDER BY term'
    const lists = sql(select).all(block, group) as [string, Uint8Array][]
    sql('DELETE FROM @postings WHERE block = ? AND grp = ?').run(block, group)
    const chunks = listWriter(sql, block, group)
    for (const [term, entries] of lists) chunks.add(term, entries)
    chunks.flush()
  }
}
