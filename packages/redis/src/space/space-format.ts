import { StoreFormatError } from '@skein/memory'

import type { RedisClient } from '../connection/redis-client.ts'
import { currentFormat } from '../records/row-format.ts'

// The hash `meta` of a space holds `format`, the newest format that one of its rows may have, and `oldestFormat`, the
// oldest one. Both are absent where nothing newer than format 3 has written. A space in between is a mixed one: each
// row tells its own format.

/** Lets a space be read. Changes nothing. @throws StoreFormatError when the space is of a newer format. */
export async function requireReadableSpace(client: RedisClient, base: string, where: string): Promise<void> {
  const [format] = await client.hmget(`${base}meta`, 'format')
  requireFormat(format, where)
}

/** Notes that no row of a space has an older format than the current one. */
export async function markMigrated(client: RedisClient, base: string): Promise<void> {
  await client.hset(`${base}meta`, 'oldestFormat', `${currentFormat}`)
}

/** @throws StoreFormatError when a space has a newer format than this code reads. */
export function requireFormat(format: string | null | undefined, where: string): void {
  if (Number(format ?? 0) <= currentFormat) return
  throw new StoreFormatError(
    'open',
    `The space on ${where} has format ${format}, but this Skein reads formats up to ${currentFormat}. ` +
      'Use a newer Skein. Nothing was changed.',
  )
}
