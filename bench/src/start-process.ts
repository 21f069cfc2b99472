/**
 * Measures a start in a process of its own, and prints nanoseconds.
 *
 * `node --conditions=built start-process.ts open|activity STORE`
 *
 * @module
 */

import module from 'node:module'

module.enableCompileCache()
const { createFlock } = await import('@skein/core')
const { mapStore, openMemory } = await import('@skein/memory')
const { redisStore } = await import('@skein/redis')
const { sqliteStore } = await import('@skein/sqlite')

const [what, address = ''] = process.argv.slice(2)
const store = address.startsWith('redis:')
  ? redisStore({ url: address })
  : address === 'memory:'
    ? mapStore()
    : sqliteStore(address)
const startedAt = performance.now()
const memory = await openMemory({ store })
let took = performance.now() - startedAt
if (what === 'activity') {
  const flockAt = performance.now()
  const flock = await createFlock({ memory })
  const { increment } = flock.activities<typeof import('./thread-activities.ts')>(
    new URL('./thread-activities.ts', import.meta.url),
  )
  if ((await increment(6)) !== 7) throw new Error('It does not add one.')
  took = performance.now() - flockAt
  await flock.close()
}
await memory.close()
console.log(took * 1e6)
