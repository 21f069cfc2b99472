/**
 * What every memory accepts, on every store. A call beyond a limit is refused before
 * anything is sent or written; see "Limits" in docs/guide/guarantees.md.
 *
 * A store must be able to hold what is within them.
 */
export const limits = {
  /** Length of a name, such as a key, a task, a tag or an id, in UTF-16 units. */
  nameLength: 1_000,
  /** Tags of a record or filter; compartments of a record or clearance. */
  tags: 1_000,
  /** Objects that a record is derived from. */
  sources: 10_000,
  /** Size of a record's value as JSON text in UTF-8, in bytes, before it is sealed. */
  valueBytes: 67_108_864,
  /** Levels of nesting in a value. */
  depth: 500,
  /** Objects and arrays in a value. Repeated references to one part can make a small value's copy grow exponentially. */
  containers: 2_000_000,
  /** Size of an object, in bytes. */
  objectBytes: 268_435_456,
  /** Records in one atomic write; addressees of an alert. */
  batch: 10_000,
  /** Size of all values in one atomic write, in bytes. */
  batchBytes: 268_435_456,
  /** Items in one page of a list or search. */
  page: 1_000,
  /** Items of a lineage; messages of a mailbox read at once. */
  items: 100_000,
  /** Time to live, in milliseconds: some 31,000 years. What expires has a time that a `Date` can show. */
  ttlMs: 1e15,
  /** Distance of a point in time from 1970, in milliseconds: what a `Date` can show. */
  timeMs: 8.64e15,
} as const
