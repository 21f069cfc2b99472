/**
 * Measures a start in a process of its own, and prints nanoseconds.
 *
 * `node --conditions=built start-process.ts open|activity STORE FOLDER`
 *
 * @module
 */

import { writeFileSync } from 'node:fs'
import module from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

module.enableCompileCache()
const { createFlock } = await import('@skein/core')
const { mapStore, openMemory } = await import('@skein/memory')
const { redisStore } = await import('@skein/redis')
const { sqliteStore } = await import('@skein/sqlite')

const [what, address = '', folder = ''] = process.argv.slice(2)
const store = address.startsWith('redis:')
  ? redisStore({ url: address })
  : address === 'memory:'
    ? mapStore()
    : sqliteStore(address)
const startedAt = performance.now()
const memory = await openMemory({ store })
let took = performance.now() - startedAt
if (what === 'activity') {
  // In JavaScript: a thread that strips types loads the compiler for it.
  const file = join(folder, 'activities.mjs')
  const core = JSON.stringify(import.meta.resolve('@skein/core'))
  writeFileSync(file, `import { activity } from ${core}\nexport const increment = activity((_, n) => n + 1)\n`)
  const flockAt = performance.now()
  const flock = await createFlock({ memory })
  const { increment } = flock.activities<typeof import('./thread-activities.ts')>(pathToFileURL(file))
  if ((await increment(6)) !== 7) throw new Error('It does not add one.')
  took = performance.now() - flockAt
  await flock.close()
}
await memory.close()
console.log(took * 1e6)
