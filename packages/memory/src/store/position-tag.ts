import { hash } from 'node:crypto'

import type { StoredRecord } from './record.ts'

/** What only the store knows of a record when its value is sealed. */
export type RecordPosition = Pick<StoredRecord, 'seq' | 'createdAt' | 'updatedAt'>

/**
 * Binds a sealed value to its place in the feed by a tag at its end.
 *
 * A hash over a key and a message is a sound code only where nobody can make use of
 * another message under the same key. Here each key serves one write, and what
 * could extend the message is no decimal number. SHA-1, because scripts of Redis have
 * no other hash; collisions don't help whoever lacks the key.
 *
 * Its twin is in `packages/redis/src/lua/write.lua`.
 *
 * @param positionKey - Of the mutation. It is never stored.
 */
export function atPosition(value: string, positionKey: string, position: RecordPosition): string {
  return `${value}.${positionTag(positionKey, position)}`
}

/** The tag at the end of a sealed value. */
export function positionTag(positionKey: string, { seq, createdAt, updatedAt }: RecordPosition): string {
  return hash('sha1', `${positionKey} ${seq} ${createdAt} ${updatedAt}`)
}
