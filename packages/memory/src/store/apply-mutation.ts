import { covers } from '../values/access.ts'
import type { Change } from './change.ts'
import type { Mutation, Refusal, Written } from './mutation.ts'
import type { StoredRecord } from './record.ts'

/**
 * The row of a key as a store holds it: a record, or only the memory of its
 * last version when it was deleted (so that no version is ever used twice).
 */
export interface Row {
  readonly record: StoredRecord
  readonly deleted: boolean
}

/** What a store does for one mutation. */
export type Verdict =
  | { readonly type: 'put'; readonly row: Row; readonly written: Written; readonly change: boolean }
  | { readonly type: 'nothing'; readonly written: Written }
  | { readonly type: 'refuse'; readonly refusal: RefusalReason }

/** A refusal without the place in its batch. */
export type RefusalReason = Refusal extends infer Each ? (Each extends Refusal ? Omit<Each, 'index'> : never) : never

/** What the decision is made from. */
export interface Situation {
  /** The row of the mutation's key, deleted and expired ones included. */
  readonly row: Row | undefined
  /** The row of the guard's key, where the mutation names one. */
  readonly guardRow: Row | undefined
  /** The store's clock, Unix milliseconds. */
  readonly now: number
  /** The `seq` that a change would get. */
  readonly seq: number
  /** The highest version that was ever forgotten in this collection. Counts where there is no row, which knows its own. */
  readonly floor: number
}

/**
 * Decides what one mutation does to its row. Every store asks this one
 * function, so that versions, expiry and conflicts mean the same everywhere.
 *
 * Pure: nothing is changed, the time comes in as an argument.
 *
 * On Redis its twin decides: the section "Decide" of
 * `packages/redis/src/lua/write.lua`, in the same order. Change both together.
 */
export function decideMutation(mutation: Mutation, situation: Situation): Verdict {
  const { row, guardRow, now, seq, floor } = situation
  const current = liveRecord(row, now)
  if (mutation.guard && liveRecord(guardRow, now)?.version !== mutation.guard.version) {
    return { type: 'refuse', refusal: { reason: 'guard', current: liveRecord(guardRow, now) } }
  }
  if (mutation.over && current && !covers(mutation.over, current)) {
    return { type: 'refuse', refusal: { reason: 'label', current } }
  }
  if (mutation.ifVersion !== undefined && (current?.version ?? 0) !== mutation.ifVersion) {
    return { type: 'refuse', refusal: { reason: 'version', current } }
  }
  const version = (row?.record.version ?? floor) + 1
  switch (mutation.type) {
    case 'set': {
      if (mutation.asVersion !== undefined && mutation.asVersion !== version) {
        return { type: 'refuse', refusal: { reason: 'seal', version } }
      }
      const { key, meta, value } = mutation
      // Named one by one, which takes half the time of copying whatever is there.
      const record: StoredRecord = {
        collection: key.collection,
        id: key.id,
        value,
        version,
        seq,
        author: meta.author,
        task: meta.task,
        tags: meta.tags,
        importance: meta.importance,
        derivedFrom: meta.derivedFrom,
        sensitivity: meta.sensitivity,
        compartments: meta.compartments,
        createdAt: current?.createdAt ?? now,
        updatedAt: now,
        expiresAt: mutation.ttlMs === undefined ? undefined : now + mutation.ttlMs,
      }
      return { type: 'put', row: { record, deleted: false }, written: writtenOf(record), change: true }
    }
    case 'delete': {
      if (!current) return { type: 'nothing', written: nothingWritten(now) }
      const record: StoredRecord = {
        ...current,
        author: mutation.author,
        value: 'null',
        tags: [],
        derivedFrom: [],
        version,
        seq,
        updatedAt: now,
        expiresAt: now,
      }
      return { type: 'put', row: { record, deleted: true }, written: writtenOf(record), change: true }
    }
    case 'touch': {
      // A touch always names a version, so there is a current record here.
      const record = { ...(current as StoredRecord), expiresAt: now + mutation.ttlMs }
      return { type: 'put', row: { record, deleted: false }, written: writtenOf(record), change: false }
    }
    case 'reseal': {
      // It names a version too.
      const record = { ...(current as StoredRecord), value: mutation.value }
      return { type: 'put', row: { record, deleted: false }, written: writtenOf(record), change: false }
    }
  }
}

/** The record of a row, unless it was deleted or has expired. */
export function liveRecord(row: Row | undefined, now: number): StoredRecord | undefined {
  if (!row || row.deleted) return undefined
  return row.record.expiresAt !== undefined && row.record.expiresAt <= now ? undefined : row.record
}

/** The entry of the feed that tells of a row's newest change. */
export function changeOf({ record, deleted }: Row): Change {
  const { collection, id, seq, version, author, task, updatedAt, sensitivity, compartments } = record
  const op = deleted ? 'delete' : 'set'
  return { collection, id, seq, op, version, author, task, at: updatedAt, sensitivity, compartments }
}

/** What became of a delete of what was absent. */
export function nothingWritten(now: number): Written {
  return { version: 0, seq: 0, updatedAt: now, createdAt: now }
}

function writtenOf({ version, seq, updatedAt, createdAt, expiresAt }: StoredRecord): Written {
  return { version, seq, updatedAt, createdAt, expiresAt }
}
