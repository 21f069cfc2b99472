import { asHeld, asWithdrawn, covers, isWithdrawn } from '../values/access.ts'
import type { Change } from './change.ts'
import type { Mutation, Refusal, Written } from './mutation.ts'
import { atPosition } from './position-tag.ts'
import type { StoredRecord } from './record.ts'

/**
 * A key's row in a store: a record, or after a delete a tombstone that keeps
 * the last version, so that no version is ever used twice.
 */
export interface Row {
  readonly record: StoredRecord
  readonly deleted: boolean
}

/** What a store must do for one mutation. */
export type Verdict =
  | { readonly type: 'put'; readonly row: Row; readonly written: Written; readonly change: boolean }
  | { readonly type: 'nothing'; readonly written: Written }
  | { readonly type: 'refuse'; readonly refusal: RefusalReason }

/** A refusal without its index in the batch. */
export type RefusalReason = Refusal extends infer Each ? (Each extends Refusal ? Omit<Each, 'index'> : never) : never

/** The inputs of {@link decideMutation}, besides the mutation. */
export interface Situation {
  /** The row of the mutation's key, deleted and expired ones included. */
  readonly row: Row | undefined
  /** The row of the guard's key, if the mutation has a guard. */
  readonly guardRow: Row | undefined
  /** The store's clock, Unix milliseconds. */
  readonly now: number
  /** The `seq` to assign if this mutation is a change. */
  readonly seq: number
  /** The highest version among the rows ever swept from this collection. New versions exceed it where there is no row. */
  readonly floor: number
  /** Whether the bytes that the mutation needs are there; `true` unless given. */
  readonly hasContent?: boolean | undefined
  /** Of a check of a range: whether it holds, see `isUnwritten`; `true` unless given. */
  readonly isUnwritten?: boolean | undefined
  /** The version that the new one must exceed even where there is a row, as lost ones had it; 0 unless given. */
  readonly lost?: number | undefined
}

/**
 * Decides what one mutation does to its row. Every store but Redis calls
 * this function, so that versions, expiration and conflicts mean the same everywhere.
 *
 * Pure: it changes nothing and takes the time as an argument.
 *
 * On Redis its twin decides: the section "Decide" of
 * `packages/redis/src/lua/write.lua`, in the same order. Change both together.
 */
export function decideMutation(mutation: Mutation, situation: Situation): Verdict {
  const { row, guardRow, now, seq, floor, hasContent = true, isUnwritten = true, lost = 0 } = situation
  if (mutation.type === 'check-range') {
    const refusal = { reason: 'version', current: undefined } as const
    return isUnwritten ? { type: 'nothing', written: nothingWritten(now) } : { type: 'refuse', refusal }
  }
  const live = liveRecord(row, now)
  const isHidden = mutation.over !== undefined && live !== undefined && !covers(mutation.over, live)
  const current = isHidden && mutation.type === 'check' ? undefined : live
  if (mutation.guard && liveRecord(guardRow, now)?.version !== mutation.guard.version) {
    return { type: 'refuse', refusal: { reason: 'guard', current: liveRecord(guardRow, now) } }
  }
  if (isHidden && current) {
    return { type: 'refuse', refusal: { reason: 'label', current } }
  }
  if (mutation.ifVersion !== undefined && (current?.version ?? 0) !== mutation.ifVersion) {
    return { type: 'refuse', refusal: { reason: 'version', current } }
  }
  if (!hasContent) return { type: 'refuse', refusal: { reason: 'content', current: undefined } }
  if (mutation.type === 'check') return { type: 'nothing', written: nothingWritten(now) }
  const version = Math.max(row?.record.version ?? floor, lost) + 1
  switch (mutation.type) {
    case 'set': {
      if (mutation.asVersion !== undefined && mutation.asVersion !== version) {
        return { type: 'refuse', refusal: { reason: 'seal', version } }
      }
      const { key, meta, value, positionKey } = mutation
      const createdAt = current?.createdAt ?? now
      // Listing the fields takes half the time of spreading `meta`.
      const record: StoredRecord = {
        collection: key.collection,
        id: key.id,
        value: positionKey === undefined ? value : atPosition(value, positionKey, { seq, createdAt, updatedAt: now }),
        version,
        seq,
        author: meta.author,
        task: meta.task,
        tags: meta.tags,
        importance: meta.importance,
        derivedFrom: meta.derivedFrom,
        sensitivity: meta.sensitivity,
        compartments: meta.compartments,
        createdAt,
        updatedAt: now,
        expiresAt: mutation.ttlMs === undefined ? undefined : now + mutation.ttlMs,
      }
      return { type: 'put', row: { record, deleted: false }, written: writtenOf(record), change: true }
    }
    case 'delete': {
      if (!current) return { type: 'nothing', written: nothingWritten(now) }
      const record: StoredRecord = {
        ...asHeld(current),
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
    case 'withdraw': {
      if (!current || isWithdrawn(current)) return { type: 'nothing', written: nothingWritten(now) }
      const record = asWithdrawn(current)
      return { type: 'put', row: { record, deleted: false }, written: writtenOf(record), change: false }
    }
    case 'reseal': {
      // A reseal always names a version, too.
      const record = { ...(current as StoredRecord), value: mutation.value }
      return { type: 'put', row: { record, deleted: false }, written: writtenOf(record), change: false }
    }
  }
}

/** The record of a row; `undefined` if it was deleted or has expired. */
export function liveRecord(row: Row | undefined, now: number): StoredRecord | undefined {
  if (!row || row.deleted) return undefined
  return row.record.expiresAt !== undefined && row.record.expiresAt <= now ? undefined : row.record
}

/** The feed entry for a row's latest change. */
export function changeOf({ record, deleted }: Row): Change {
  const { collection, id, seq, version, author, task, updatedAt, sensitivity, compartments } = record
  const op = deleted ? 'delete' : 'set'
  return { collection, id, seq, op, version, author, task, at: updatedAt, sensitivity, compartments }
}

/** The result of a check, and of deleting an absent record. */
export function nothingWritten(now: number): Written {
  return { version: 0, seq: 0, updatedAt: now, createdAt: now }
}

function writtenOf({ version, seq, updatedAt, createdAt, expiresAt }: StoredRecord): Written {
  return { version, seq, updatedAt, createdAt, expiresAt }
}
