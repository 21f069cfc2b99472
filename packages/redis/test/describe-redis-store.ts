import { hash } from 'node:crypto'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'

import { describeStore } from '@skein/memory/testing'
import type { StoredRecord } from '@skein/memory/store'
import type { StoreContractPart } from '@skein/memory/testing'
import { redisStore } from '@skein/redis'
import { Redis } from 'ioredis'
import type { Cluster } from 'ioredis'
import { afterAll, describe } from 'vitest'

import { indexesOf } from '../src/records/index-names.ts'
import { contentChecksum, resealedContent } from '../src/records/row-content.ts'
import { encodeLabel, encodeName, encodeTask } from '../src/records/row-fields.ts'
import { currentFormat } from '../src/records/row-format.ts'
import { missing, startServer } from './redis-server.ts'
import type { TestServer } from './redis-server.ts'

/** A busy machine needs more than five seconds for 50 MB. */
const commandTimeoutMs = 60_000

/** A server under the contract. */
export interface ServerUnderTest {
  readonly server: TestServer
  /** Where the store finds it: as another user than the tests, perhaps. */
  readonly url: string
}

/**
 * Declares parts of the store contract for a server that all of them share.
 *
 * @param prepare - Prepares the server; resolves to the URL for the store.
 * @param declareMore - Declares what holds after the parts.
 */
export function describeRedisStore(
  parts: readonly StoreContractPart[],
  prepare: (server: TestServer) => Promise<string> = async ({ url }) => url,
  declareMore: (under: ServerUnderTest) => void = () => {},
): void {
  describe.skipIf(missing)(`redisStore${missing ? ` (${missing})` : ''}`, async () => {
    if (missing) return
    // A server that keeps snapshots alone can go back to an older one.
    const persistence = parts.includes('data loss') ? ['--appendonly', 'no'] : ['--appendfsync', 'no']
    const server = await startServer(...persistence)
    afterAll(() => server.stop())
    const url = await prepare(server)
    let made = 0
    let prefix = ''
    const open = () => redisStore({ url, prefix, commandTimeoutMs })

    describeStore('redisStore', {
      create: () => {
        prefix = `skein:${(made += 1)}:`
        return open()
      },
      reopen: open,
      snapshot: () => keepSnapshot(server),
      tamper: {
        put: async (space, record) => {
          const admin = new Redis(`${server.url}${new URL(url).pathname}`)
          await putRow(admin, `{${prefix}${space}}:`, record)
          admin.disconnect()
        },
      },
      parts,
    })
    declareMore({ server, url })
  })
}

/** Saves what a server holds; puts it back by killing the server and starting it from that. */
export async function keepSnapshot(server: TestServer): Promise<() => Promise<void>> {
  const admin = new Redis(server.url)
  await admin.save()
  admin.disconnect()
  const [file, kept] = [join(server.folder, 'dump.rdb'), join(server.folder, 'kept.rdb')]
  copyFileSync(file, kept)
  return async () => {
    await server.kill()
    copyFileSync(kept, file)
    await server.restart()
  }
}

/** Puts a row on a server, with right checksums, as somebody does who knows how it is made. The lists stay as they are. */
export async function putRow(admin: Redis | Cluster, base: string, record: StoredRecord): Promise<void> {
  const { collection, id, version, seq, createdAt, updatedAt, expiresAt = 0, author, task, compartments } = record
  const content = resealedContent(record, record.value)
  const head =
    `${version} ${seq} ${createdAt} ${updatedAt} ${expiresAt} 0 ${encodeLabel(record.sensitivity, compartments)} ` +
    `${encodeTask(task)} ${encodeName(author)} ${contentChecksum(record, content)}\n${indexesOf(collection, record)}`
  await admin.hset(
    `${base}r:${collection}`,
    id,
    `v${currentFormat} ${hash('sha1', head).slice(0, 8)} ${head}\n${content}`,
  )
}
