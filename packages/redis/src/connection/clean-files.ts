import { setTimeout as pause } from 'node:timers/promises'

import { StoreBusyError, StoreError } from '@skein/memory'

import { mastersOf } from './cluster-nodes.ts'
import type { RedisClient } from './redis-client.ts'

const pauseMs = 200
/** Two minutes. */
const maxAttempts = 600

/** A file that the server writes anew in the background. */
interface ServerFile {
  readonly name: string
  start(client: RedisClient): Promise<unknown>
  /** What `INFO persistence` says while it is written, and when that has failed. */
  readonly underWay: RegExp
  readonly failed: RegExp
}

const appendOnlyFile: ServerFile = {
  name: 'append-only file',
  start: (client) => client.bgrewriteaof(),
  underWay: /^aof_rewrite_(?:in_progress|scheduled):1/m,
  failed: /^aof_last_bgrewrite_status:err/m,
}

const snapshot: ServerFile = {
  name: 'snapshot',
  start: (client) => client.bgsave(),
  underWay: /^rdb_bgsave_in_progress:1/m,
  failed: /^rdb_last_bgsave_status:err/m,
}

/**
 * Has the server write its files anew, in a cluster all masters: the append-only file, and the snapshot if it makes any.
 *
 * @throws StoreBusyError when that doesn't end within two minutes; StoreError when it fails.
 */
export async function cleanFiles(client: RedisClient): Promise<void> {
  await Promise.all(mastersOf(client).map((node) => cleanFilesOf(node)))
}

async function cleanFilesOf(client: RedisClient): Promise<void> {
  const persistence = await client.info('persistence')
  // One after the other: the server forks for one at a time.
  if (/^aof_enabled:1/m.test(persistence)) await writeAnew(client, appendOnlyFile)
  if (await makesSnapshots(client, persistence)) await writeAnew(client, snapshot)
}

/** Whether the server makes snapshots by itself, or has one by an order. */
async function makesSnapshots(client: RedisClient, persistence: string): Promise<boolean> {
  // -1 until the first one since it was started.
  if (!/^rdb_last_bgsave_time_sec:-1/m.test(persistence)) return true
  try {
    const answer = await client.config('GET', 'save')
    return /\d/.test(JSON.stringify(answer))
  } catch {
    // CONFIG is not allowed.
    return false
  }
}

/** One that is under way may have begun too early: then another one is started after it. */
async function writeAnew(client: RedisClient, file: ServerFile): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await file.start(client)
      break
    } catch (error) {
      if (!/in progress|can't BGSAVE right now/i.test(String(error))) throw error
      if (attempt === maxAttempts) throw stillWriting(file, error)
    }
    await pause(pauseMs)
  }
  for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
    const persistence = await client.info('persistence')
    if (!file.underWay.test(persistence)) {
      if (!file.failed.test(persistence)) return
      throw new StoreError(
        'scrub',
        `The server failed to write its ${file.name} anew, so deleted records are still in it. Its log says why; forget again once it can.`,
      )
    }
    await pause(Math.min(pauseMs, attempt * 10))
  }
  throw stillWriting(file)
}

function stillWriting({ name }: ServerFile, cause?: unknown): StoreBusyError {
  return new StoreBusyError('scrub', `The server is still writing its ${name}. Try again later.`, { cause })
}
