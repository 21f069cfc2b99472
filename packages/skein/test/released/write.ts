/**
 * Writes what a release leaves behind, with its code: `node packages/skein/test/released/write.ts 0.1.0`. Run it once,
 * for a release whose formats are new, and commit the folder. Never write an older one again: it proves that spaces of
 * that release can be opened.
 *
 * @module
 */

import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { redisStore } from '@skein/redis'
import { sqliteStore } from '@skein/sqlite'

import { connected, startServer } from '../../../redis/test/redis-server.ts'
import { fill } from '../sample-memory.ts'
import { contentsOf, encryption, openReleased, printedBy } from './contents.ts'

const [version = ''] = process.argv.slice(2)
if (!/^\d+\.\d+\.\d+$/.test(version)) throw new Error('Expected a version, such as 0.1.0.')
const folder = join(import.meta.dirname, version)
mkdirSync(folder, { recursive: true })

const file = join(folder, 'memory.db')
rmSync(file, { force: true })
const server = await startServer()
const expected: Record<string, unknown> = {}
for (const [name, store] of [
  ['sqlite', sqliteStore(file)],
  ['redis', redisStore(server.url)],
] as const) {
  await fill(store, { encryption })
  await using memory = await openReleased(store)
  expected[name] = { contents: await contentsOf(memory) }
}
expected['printed'] = await printedBy(file, folder)
const admin = connected(server.url, {})
await admin.save()
admin.disconnect()
copyFileSync(join(server.folder, 'dump.rdb'), join(folder, 'memory.rdb'))
await server.stop()
writeFileSync(join(folder, 'expected.json'), `${JSON.stringify(expected, undefined, 1)}\n`)
