import { collectionsWith } from '@skein/memory/store'

import type { Database } from '../file/database.ts'
import { spaceSql } from '../file/space-sql.ts'
import { analyzeAnew } from '../terms/analysis.ts'
import { markFormat } from './database-format.ts'
import {
  endingIndex,
  feedTriggers,
  listIndexes,
  pastTables,
  pastTrigger,
  sealedIndex,
  takenTables,
  termTables,
} from './space-schema.ts'
import { mergeInSteps } from './merge-in-steps.ts'
import { spaceNumbers } from './spaces.ts'

/** Changes the tables of one format into those of the next. */
export interface Migration {
  readonly from: number
  readonly to: number
  /** Runs inside a transaction. */
  migrate(db: Database): void
}

/** All steps, oldest first. A new format is one more entry here; `currentFormat` is the last one's `to`. */
export const migrations: readonly Migration[] = [
  { from: 3, to: 4, migrate: markJournals },
  { from: 4, to: 5, migrate: markSealedChanges },
  { from: 5, to: 6, migrate: indexInBlocks },
  { from: 6, to: 7, migrate: mergeInSteps },
  { from: 7, to: 8, migrate: keepPast },
  { from: 8, to: 9, migrate: takeOutMany },
  { from: 9, to: 10, migrate: keepInPlace },
  { from: 10, to: 11, migrate: passOverDeleted },
]

/**
 * Changes the tables of an older format into those of the current one. The
 * caller owns the transaction.
 */
export function migrate(db: Database, format: number): void {
  for (const step of migrations.filter(({ from }) => from >= format)) {
    step.migrate(db)
    markFormat(db, step.to)
  }
}

/** Format 4 marks the entries of journals by a column. Before, the index by author named their collections. */
function markJournals(db: Database): void {
  const journals = collectionsWith('journal')
  const marks = journals.map(() => '?').join(', ')
  for (const number of spaceNumbers(db)) {
    db.exec(`
      DROP INDEX by_author_${number};
      ALTER TABLE records_${number} ADD COLUMN listed INTEGER NOT NULL DEFAULT 0;
    `)
    db.prepare(`UPDATE records_${number} SET listed = 1 WHERE collection IN (${marks})`).run(...journals)
    db.exec(`CREATE INDEX by_author_${number} ON records_${number} (collection, author, seq) WHERE listed = 1`)
  }
}

/** Format 5 marks changes of sealed records by a column, so that the newest one of a record is found. */
function markSealedChanges(db: Database): void {
  for (const number of spaceNumbers(db)) {
    db.exec(`
      DROP TRIGGER feed_insert_${number};
      DROP TRIGGER feed_update_${number};
      ALTER TABLE changes_${number} ADD COLUMN sealed INTEGER NOT NULL DEFAULT 0;
      -- Whether a deleted record was sealed is not known any more.
      UPDATE changes_${number} SET sealed = 1 WHERE (collection, id) IN (
        SELECT collection, id FROM records_${number} WHERE substr(value, 1, 1) = '~' OR (deleted = 1 AND level > 0));
      ${feedTriggers(number)}
      ${sealedIndex(number)}
    `)
  }
}

/** Format 8 keeps past versions. */
function keepPast(db: Database): void {
  for (const number of spaceNumbers(db)) {
    db.exec(`ALTER TABLE records_${number} ADD COLUMN past INTEGER; ${pastTables(number)}`)
  }
}

/** Format 9 takes many records out of the search index at once. A step from an older format may have made the tables. */
function takeOutMany(db: Database): void {
  for (const number of spaceNumbers(db)) db.exec(takenTables(number))
}

/** In format 10 a past version may take the place of an earlier one, so their rows are in no order. */
function keepInPlace(db: Database): void {
  for (const number of spaceNumbers(db)) db.exec(pastTrigger(number))
}

/** In format 11 the indexes by which searches and lists go hold no deleted records, however many there are. */
function passOverDeleted(db: Database): void {
  for (const number of spaceNumbers(db)) {
    const drops = ['by_seq', 'by_task', 'by_author'].map((name) => `DROP INDEX ${name}_${number};`)
    db.exec(`${drops.join('\n')} ${listIndexes(number)} ${endingIndex(number)}`)
  }
}

/** Format 6 has an index of its own in place of SQLite's, which knew no repeats and not who may see what. */
function indexInBlocks(db: Database): void {
  for (const number of spaceNumbers(db)) {
    db.exec(`
      DROP TABLE texts_${number};
      ${termTables(number)}
    `)
    analyzeAnew(spaceSql(db, number))
  }
}
