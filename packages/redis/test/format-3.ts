import { createHash } from 'node:crypto'
import { copyFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import type { Change, Collection, StoredRecord } from '@skein/memory/store'
import { Redis } from 'ioredis'
import { onTestFinished } from 'vitest'

import { temporaryFolder } from './places.ts'
import { startServer } from './redis-server.ts'

// fixtures/format-3.rdb is a snapshot of Redis 7.0, written by the last code of format 3. It holds four spaces:
// - default: facts (rewritten, deleted, deleted and written again, expired, expiring in 100 years, confidential),
//   journals with tags, tasks, labels and authors, alerts, a claim that is held and one that ended, an open and an
//   answered escalation, objects with lineage, work done once and reused, the ledger, an agent with mail, shared state,
//   and the audit
// - sealed: the same under `fixtureKey`
// - federated: the same in a node of a federation
// - odd: facts with odd names, one deleted, one touched, one resealed, one swept, and 40 observations
// fixtures/format-3.json holds what that code read of it.

/** What a space holds, as the code of format 3 read it. */
export interface FormerSpace {
  readonly records: Readonly<Partial<Record<Collection, readonly StoredRecord[]>>>
  /** How many rows there are, those of deleted and expired records included. */
  readonly rows: Readonly<Partial<Record<Collection, number>>>
  readonly last: number
  readonly changes: readonly Change[]
}

export const formerSpaces = JSON.parse(
  readFileSync(join(import.meta.dirname, 'fixtures', 'format-3.json'), 'utf8'),
) as Readonly<Record<'default' | 'federated' | 'odd' | 'sealed', FormerSpace>>

/** The keys that seal the space `sealed`. */
export const fixtureKeys = { k1: createHash('sha256').update('the key of the fixture').digest() }

/** A server that holds the fixture, until the test ends. */
export async function startFormat3(): Promise<{ readonly url: string; readonly admin: Redis }> {
  const folder = temporaryFolder()
  copyFileSync(join(import.meta.dirname, 'fixtures', 'format-3.rdb'), join(folder, 'format-3.rdb'))
  const server = await startServer('--dir', folder, '--dbfilename', 'format-3.rdb', '--appendonly', 'no')
  const admin = new Redis(server.url)
  onTestFinished(async () => {
    admin.disconnect()
    await server.stop()
  })
  return { url: server.url, admin }
}

/** All rows of a space: `collection/id` and text, in one order. */
export async function rowsIn(admin: Redis, space: string): Promise<[key: string, row: string][]> {
  const prefix = `{skein:${space}}:r:`
  const found: [string, string][] = []
  for (const key of await admin.keys(`${prefix}*`)) {
    const rows = await admin.hgetall(key)
    for (const [id, row] of Object.entries(rows)) found.push([`${key.slice(prefix.length)}/${id}`, row])
  }
  return found.toSorted(([a], [b]) => (a < b ? -1 : 1))
}

/** A row without what a migration changes: the mark of its format, the checksum of its head, the index by name. */
export function unchanged([key, row]: readonly [string, string]): string[] {
  return [key, row.replace(/^(?:v\d )?[0-9a-f]{8} /, '').replace('\n*,=', '\n*')]
}
