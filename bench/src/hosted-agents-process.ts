/**
 * A host of agents in a process of its own: `hosted-agents-process.ts URL CAP`. It says "ready" to whoever started it, and
 * ends with its channel.
 *
 * @module
 */

import { createFlock } from '@skein/core'
import { openMemory } from '@skein/memory'
import { redisStore } from '@skein/redis'

import { ledger, leaseMs } from './hosted-ledger.ts'

const [url = '', cap = ''] = process.argv.slice(2)
process.once('disconnect', () => process.exit())
const memory = await openMemory({ store: redisStore(url) })
const flock = await createFlock({ memory, threads: 1 })
await flock.host([ledger], { cap: Number(cap), leaseMs })
process.send?.('ready')
