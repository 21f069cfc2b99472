import { setTimeout as pause } from 'node:timers/promises'

import { StoreBusyError } from '@skein/memory'

import { mastersOf } from './cluster-nodes.ts'
import type { RedisClient } from './redis-client.ts'

const pauseMs = 200
/** Two minutes. */
const maxAttempts = 600

/**
 * Rewrites the server's append-only file, in a cluster on all masters. A rewrite that is under way may have begun too
 * early: then another one is started after it. One that takes longer than two minutes continues by itself.
 *
 * @throws StoreBusyError when the rewrite that was under way does not end.
 */
export async function rewriteLog(client: RedisClient): Promise<void> {
  await Promise.all(mastersOf(client).map((node) => rewriteLogOf(node)))
}

async function rewriteLogOf(client: RedisClient): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await client.bgrewriteaof()
      await untilRewritten(client)
      return
    } catch (error) {
      if (!String(error).includes('in progress')) throw error
      if (attempt === maxAttempts) {
        throw new StoreBusyError('scrub', 'The server is still rewriting its append-only file. Try again later.', {
          cause: error,
        })
      }
    }
    await pause(pauseMs)
  }
}

async function untilRewritten(client: RedisClient): Promise<void> {
  for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
    const persistence = await client.info('persistence')
    if (!/^aof_rewrite_(?:in_progress|scheduled):1/m.test(persistence)) return
    await pause(Math.min(pauseMs, attempt * 10))
  }
}
