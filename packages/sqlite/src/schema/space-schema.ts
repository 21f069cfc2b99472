/**
 * The statements that make the tables of one space: sequence numbers, ranking
 * and size of one space must reveal nothing about another.
 *
 * No name of a collection stands here, so a new kind of record changes no format.
 */
export function spaceSchema(number: number): string {
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
      -- The terms by which search finds the record, each as often as the text has it, with a space before and after it.
      terms TEXT,
      -- 1 for an entry of a journal, which is listed by its author.
      listed INTEGER NOT NULL DEFAULT 0,
      -- Its newest past version.
      past INTEGER
    );
    CREATE UNIQUE INDEX ${on('by_key')} ON ${on('records')} (collection, id);
    ${listIndexes(number)}
    CREATE INDEX ${on('by_expiry')} ON ${on('records')} (expires_at) WHERE expires_at IS NOT NULL;

    -- What was made from an object: the reverse of records.sources.
    CREATE TABLE ${on('uses')} (source TEXT NOT NULL, row INTEGER NOT NULL, PRIMARY KEY (source, row)) WITHOUT ROWID;

    CREATE TABLE ${on('changes')} (
      seq INTEGER PRIMARY KEY, collection TEXT NOT NULL, id TEXT NOT NULL, deleted INTEGER NOT NULL,
      version INTEGER NOT NULL, author TEXT NOT NULL, task TEXT, at REAL NOT NULL,
      level INTEGER NOT NULL, compartments TEXT NOT NULL,
      -- 1 if the record is sealed, or was before this change.
      sealed INTEGER NOT NULL DEFAULT 0
    );
    ${feedTriggers(number)}
    ${sealedIndex(number)}

    -- The highest version of all deleted rows of a collection: new keys begin above it.
    CREATE TABLE ${on('floors')} (collection TEXT PRIMARY KEY, version INTEGER NOT NULL);

    ${pastTables(number)}
    ${pastTrigger(number)}
    ${termTables(number)}

    CREATE TABLE ${on('objects')} (hash TEXT PRIMARY KEY, bytes BLOB NOT NULL);
  `
}

/** The triggers that append each change of a record to the feed. */
export function feedTriggers(number: number): string {
  const append = `INSERT INTO changes_${number} (seq, collection, id, deleted, version, author, task, at, level, compartments)
        VALUES (new.seq, new.collection, new.id, new.deleted, new.version, new.author, new.task, new.updated_at,
          new.level, new.compartments);`
  return `
    CREATE TRIGGER feed_insert_${number} AFTER INSERT ON records_${number} BEGIN
      ${append}
    END;
    CREATE TRIGGER feed_update_${number} AFTER UPDATE OF seq ON records_${number} BEGIN
      ${append}
    END;
  `
}

/** The index by which the newest change of a sealed record is found. Other changes cost nothing by it. */
export function sealedIndex(number: number): string {
  return `CREATE INDEX by_sealed_${number} ON changes_${number} (collection, id, seq) WHERE sealed = 1;`
}

/**
 * The indexes by which records are listed. What was deleted stays a row until it is swept, but is in none of these: a list
 * would have to step over all that was deleted last. SQLite uses them for queries that say `deleted = 0`, and that by
 * author for those that also say `listed = 1`.
 */
export function listIndexes(number: number): string {
  const on = (name: string, columns: string): string =>
    `CREATE INDEX ${name}_${number} ON records_${number} (${columns}) WHERE deleted = 0`
  return `
    ${on('by_seq', 'collection, seq')};
    ${on('by_task', 'collection, task, seq')} AND task IS NOT NULL;
    ${on('by_author', 'collection, author, seq')} AND listed = 1;
  `
}

/** The index by which searches find what has expired. What was deleted has an expiry too until it is swept, but no terms. */
export function endingIndex(number: number): string {
  return `CREATE INDEX IF NOT EXISTS by_ending_${number} ON records_${number} (collection, expires_at)
      WHERE terms IS NOT NULL AND expires_at IS NOT NULL;`
}

/** The tables of the search index: see `terms/`. */
export function termTables(number: number): string {
  return `
    -- Finds the records that stand in no block yet.
    CREATE INDEX by_terms_${number} ON records_${number} (seq) WHERE terms IS NOT NULL;
    ${endingIndex(number)}
    -- Records of one collection under one label, as far as they stand in blocks, and the number of their terms.
    CREATE TABLE groups_${number} (
      grp INTEGER PRIMARY KEY, collection TEXT NOT NULL, level INTEGER NOT NULL, compartments TEXT NOT NULL,
      records INTEGER NOT NULL, length INTEGER NOT NULL,
      -- What terms of other languages than English begin with, with a space before and after each.
      languages TEXT NOT NULL DEFAULT '', UNIQUE (collection, level, compartments)
    );
    -- Blocks, with the position of their first record.
    CREATE TABLE blocks_${number} (block INTEGER PRIMARY KEY, rank INTEGER NOT NULL, start INTEGER NOT NULL);
    -- Blocks of the next rank that are being made of others, up to a group and a term; and blocks that such others were.
    CREATE TABLE merging_${number} (
      rank INTEGER PRIMARY KEY, block INTEGER NOT NULL, start INTEGER NOT NULL, sources TEXT NOT NULL,
      grp INTEGER NOT NULL, term TEXT NOT NULL
    );
    CREATE TABLE dropping_${number} (block INTEGER PRIMARY KEY, start INTEGER NOT NULL);
    ${takenTables(number)}
    -- Which records of a block and a group have a term.
    CREATE TABLE postings_${number} (
      block INTEGER NOT NULL, grp INTEGER NOT NULL, term TEXT NOT NULL, entries BLOB NOT NULL,
      PRIMARY KEY (block, grp, term)
    ) WITHOUT ROWID;
  `
}

/** The tables of what is taken out of the search index: see `terms/taken-records.ts`. */
export function takenTables(number: number): string {
  return `
    -- Records that are in the index no more, while their postings stand in blocks. Their numbers are used again only
    -- after a walk over all postings was completed.
    CREATE TABLE IF NOT EXISTS taken_${number} (n INTEGER PRIMARY KEY, seq INTEGER NOT NULL);
    -- The walk that removes the postings of those up to a number, from blocks up to the last one, and its place.
    CREATE TABLE IF NOT EXISTS purge_${number} (
      up_to INTEGER NOT NULL, last INTEGER NOT NULL, block INTEGER NOT NULL, grp INTEGER NOT NULL, term TEXT NOT NULL
    );
  `
}

/**
 * The tables of past versions. They are in the order in which they were written, except that a version takes the place
 * of one that goes; each has the one before of its record. An index, or the order of keys, would let every write touch a
 * page of its own.
 */
export function pastTables(number: number): string {
  return `
    -- Versions that were replaced or deleted, as they were in records, with the time at which they were.
    CREATE TABLE past_${number} (
      row INTEGER PRIMARY KEY, prev INTEGER, collection TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, until REAL NOT NULL,
      value TEXT NOT NULL, seq INTEGER NOT NULL, author TEXT NOT NULL, task TEXT, tags TEXT NOT NULL, importance REAL,
      level INTEGER NOT NULL, compartments TEXT NOT NULL, sources TEXT NOT NULL,
      created_at REAL NOT NULL, updated_at REAL NOT NULL, expires_at REAL,
      deleted INTEGER NOT NULL, checksum INTEGER NOT NULL
    );
    -- The keys that have past versions, with the newest one where the record itself is gone.
    CREATE TABLE histories_${number} (
      collection TEXT NOT NULL, id TEXT NOT NULL, past INTEGER, PRIMARY KEY (collection, id)
    ) WITHOUT ROWID;
  `
}

const copied =
  'collection, id, value, version, seq, author, task, tags, importance, level, compartments, sources, created_at, updated_at, expires_at, deleted, checksum'

/** The trigger that keeps the version which a write replaces, where the write says, perhaps in place of an earlier one. */
export function pastTrigger(number: number): string {
  return `
    CREATE TRIGGER past_update_${number} AFTER UPDATE OF past ON records_${number}
    WHEN new.seq <> old.seq AND new.past IS NOT old.past BEGIN
      INSERT OR REPLACE INTO past_${number} (row, prev, until, ${copied})
      VALUES (new.past, old.past, new.updated_at, ${copied.replaceAll(/\w+/g, 'old.$&')});
    END;
  `
}
