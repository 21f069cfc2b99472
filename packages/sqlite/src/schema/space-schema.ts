import { CorruptRecordError, StoreFormatError } from '@skein/memory'
import type { Database } from 'better-sqlite3'

import { isJournal } from '../records/filter-sql.ts'

/** Marks a database as Skein's: "SKEI" in ASCII. See https://sqlite.org/pragma.html#pragma_application_id */
const applicationId = 0x534b4549
/** Changes whenever the tables do. */
const formatVersion = 3

/**
 * Makes sure that a database is ours and of this format, and sets up an empty one.
 *
 * @throws StoreFormatError, having changed nothing, when it is not.
 */
export function prepareDatabase(db: Database, path: string): void {
  const isNew = isEmpty(db)
  if (!isNew) requireFormat(db, path)
  // A backup that is opened as it is has none yet; for all others this does nothing.
  db.pragma('journal_mode = WAL')
  if (!isNew) return
  db.transaction(() => {
    // Somebody else may have set it up since we looked.
    if (isOurs(db)) return
    db.exec('CREATE TABLE spaces (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, incarnation TEXT NOT NULL)')
    db.pragma(`application_id = ${applicationId}`)
    db.pragma(`user_version = ${formatVersion}`)
  }).immediate()
}

/** @throws StoreFormatError when a database is not ours, or of another format. */
export function requireFormat(db: Database, path: string): void {
  if (isEmpty(db)) {
    throw new StoreFormatError('open', `${path} is empty: no memory was ever kept there. Name another file.`)
  }
  if (!isOurs(db)) {
    throw new StoreFormatError(
      'open',
      `${path} belongs to another program. Name another file; this one was left as it is.`,
    )
  }
  const version = formatOf(db)
  if (version === formatVersion) return
  const advice =
    version > formatVersion
      ? 'Use a newer Skein, or name another file'
      : 'Use the Skein that wrote it, or name another file'
  throw new StoreFormatError(
    'open',
    `${path} has format ${version}, this Skein reads format ${formatVersion}. ${advice}.`,
  )
}

function isEmpty(db: Database): boolean {
  if (isOurs(db) || formatOf(db) !== 0) return false
  return db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() === 0
}

function isOurs(db: Database): boolean {
  return db.pragma('application_id', { simple: true }) === applicationId
}

function formatOf(db: Database): number {
  return db.pragma('user_version', { simple: true }) as number
}

/** The number of a space, whose tables are made if there are none. */
export function prepareSpace(db: Database, name: string, incarnation: string): number {
  return db
    .transaction((): number => {
      const found = findSpace(db, name)
      if (found !== undefined) return found
      const { lastInsertRowid } = db
        .prepare('INSERT INTO spaces (name, incarnation) VALUES (?, ?)')
        .run(name, incarnation)
      const number = Number(lastInsertRowid)
      db.exec(spaceTables(number))
      return number
    })
    .immediate()
}

/** The number of a space, if it is there. */
export function findSpace(db: Database, name: string): number | undefined {
  return db.prepare('SELECT number FROM spaces WHERE name = ?').pluck().get(name) as number | undefined
}

/**
 * The names of all spaces.
 *
 * @throws CorruptRecordError when there are tables of a space that nobody knows the name of.
 */
export function spaceNames(db: Database, path: string): string[] {
  const names = db.prepare('SELECT name FROM spaces ORDER BY name').pluck().all() as string[]
  const kept = db.prepare(`SELECT count(*) FROM sqlite_schema WHERE name GLOB 'records_[0-9]*'`).pluck().get() as number
  if (kept <= names.length) return names
  throw new CorruptRecordError(
    'spaces',
    `${path} is damaged: it has tables of ${kept} spaces, but names of ${names.length}. Restore a backup.`,
  )
}

// A set of tables per space: sequence numbers, ranking and size of one say nothing about another.
function spaceTables(number: number): string {
  const on = (table: string): string => `${table}_${number}`
  return `
    CREATE TABLE ${on('records')} (
      row INTEGER PRIMARY KEY,
      collection TEXT NOT NULL, id TEXT NOT NULL, value TEXT NOT NULL,
      version INTEGER NOT NULL, seq INTEGER NOT NULL,
      author TEXT NOT NULL, task TEXT, tags TEXT NOT NULL, importance REAL,
      level INTEGER NOT NULL, compartments TEXT NOT NULL, sources TEXT NOT NULL,
      created_at REAL NOT NULL, updated_at REAL NOT NULL, expires_at REAL,
      deleted INTEGER NOT NULL, checksum INTEGER NOT NULL,
      -- What search may find it by: different terms with a space around each.
      terms TEXT
    );
    CREATE UNIQUE INDEX ${on('by_key')} ON ${on('records')} (collection, id);
    CREATE INDEX ${on('by_seq')} ON ${on('records')} (collection, seq);
    CREATE INDEX ${on('by_task')} ON ${on('records')} (collection, task, seq) WHERE task IS NOT NULL;
    CREATE INDEX ${on('by_author')} ON ${on('records')} (collection, author, seq) WHERE ${isJournal};
    CREATE INDEX ${on('by_expiry')} ON ${on('records')} (expires_at) WHERE expires_at IS NOT NULL;

    -- What was made from an object: the reverse of records.sources.
    CREATE TABLE ${on('uses')} (source TEXT NOT NULL, row INTEGER NOT NULL, PRIMARY KEY (source, row)) WITHOUT ROWID;

    CREATE TABLE ${on('changes')} (
      seq INTEGER PRIMARY KEY, collection TEXT NOT NULL, id TEXT NOT NULL, deleted INTEGER NOT NULL,
      version INTEGER NOT NULL, author TEXT NOT NULL, task TEXT, at REAL NOT NULL,
      level INTEGER NOT NULL, compartments TEXT NOT NULL
    );
    CREATE TRIGGER ${on('feed_insert')} AFTER INSERT ON ${on('records')} BEGIN
      INSERT INTO ${on('changes')} VALUES (new.seq, new.collection, new.id, new.deleted, new.version, new.author,
        new.task, new.updated_at, new.level, new.compartments);
    END;
    CREATE TRIGGER ${on('feed_update')} AFTER UPDATE OF seq ON ${on('records')} BEGIN
      INSERT INTO ${on('changes')} VALUES (new.seq, new.collection, new.id, new.deleted, new.version, new.author,
        new.task, new.updated_at, new.level, new.compartments);
    END;

    -- The highest version that was ever forgotten in a collection: new keys begin above it.
    CREATE TABLE ${on('floors')} (collection TEXT PRIMARY KEY, version INTEGER NOT NULL);

    -- The same terms the other way round. They are words already: only spaces part them.
    CREATE VIRTUAL TABLE ${on('texts')} USING fts5 (
      terms, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii'
    );

    CREATE TABLE ${on('objects')} (hash TEXT PRIMARY KEY, bytes BLOB NOT NULL);
  `
}
