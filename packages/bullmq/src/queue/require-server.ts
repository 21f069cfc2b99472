import { StoreError } from '@skein/memory'
import type { Redis } from 'ioredis'

import { nameOf } from './connection.ts'

/**
 * Refuses a server that would lose jobs: one that drops keys when its memory is full, whichever its policy. Unlike the
 * records of a memory, locks of jobs have a time to live, so `volatile-*` drops them, too.
 *
 * @throws StoreError
 */
export async function requireServer(client: Redis): Promise<void> {
  const policy = /^maxmemory_policy:(\S+)/m.exec(await client.info('memory'))?.[1]
  if (policy === undefined || policy === 'noeviction') return
  throw new StoreError(
    'connect',
    `${nameOf(client)} evicts keys when its memory is full (maxmemory-policy ${policy}), so jobs and their locks would vanish. Set its maxmemory-policy to noeviction.`,
  )
}
