/**
 * A bystander in a process of its own: begins when it is told `start`, and answers `stop` with how long its calls took.
 *
 * `node bystander-process.ts STORE`, a path or an address of Redis
 *
 * @module
 */

import { openMemory } from '@skein/memory'
import { redisStore } from '@skein/redis'
import { sqliteStore } from '@skein/sqlite'

import { Bystander } from './bystander.ts'

const [where = ''] = process.argv.slice(2)
const store = where.startsWith('redis:') ? redisStore(where) : sqliteStore(where)
const memory = await openMemory({ store })
let bystander: Bystander | undefined

async function start(): Promise<void> {
  bystander = await Bystander.start(memory, 'cleo')
  process.send?.('started')
}

process.on('message', (order) => {
  if (order === 'start') void start()
  else void bystander?.stop().then((waits) => process.send?.(waits))
})
process.on('disconnect', () => void memory.close())
process.send?.('ready')
