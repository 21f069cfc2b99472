import { setTimeout as pause } from 'node:timers/promises'

import { StoreBusyError } from '@skein/memory'

import type { RedisClient } from './redis-client.ts'

const pauseMs = 200
/** Two minutes. */
const mostAttempts = 600

/**
 * Has the server write its append-only file anew. One that is being written
 * already may have begun too early: it is asked again when that is done.
 *
 * @throws StoreBusyError when it is never done.
 */
export async function rewriteLog(client: RedisClient): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await client.bgrewriteaof()
      return
    } catch (error) {
      if (!String(error).includes('in progress')) throw error
      if (attempt === mostAttempts) {
        throw new StoreBusyError('scrub', 'The server is still writing its append-only file. Try again later.', {
          cause: error,
        })
      }
    }
    await pause(pauseMs)
  }
}
