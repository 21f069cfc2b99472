/**
 * Two servers with one cache: Keyv in one, unstorage in the other, each with copies of its own that are never stale.
 * Here two memories on one file stand in for the two processes.
 *
 * Run it: `node examples/keyv-cache.ts`
 *
 * @module
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { keyvStore } from '@skein/keyv'
import { skeinDriver } from '@skein/keyv/unstorage'
import { openMemory } from '@skein/memory'
import { sqliteStore } from '@skein/sqlite'
import { Keyv } from 'keyv'
import { createStorage } from 'unstorage'

const folder = mkdtempSync(join(tmpdir(), 'skein-cache-'))
const path = join(folder, 'cache.db')
const one = await openMemory({ store: sqliteStore({ path }) })
const two = await openMemory({ store: sqliteStore({ path }) })

const prices = new Keyv({ store: keyvStore(one.as({ id: 'shop', role: 'server' }), { prefix: 'prices' }) })
const storage = createStorage({ driver: skeinDriver(two.as({ id: 'office', role: 'server' }), { prefix: 'sessions' }) })
const office = new Keyv({ store: keyvStore(two.as({ id: 'office', role: 'server' }), { prefix: 'prices' }) })

// Whoever changes a value, every process has the new one, without asking the store each time.
await prices.set('acme', 12)
console.log(`The office reads ${await office.get('acme')}.`)
const changed = new Promise<string>((resolve) => {
  void two
    .as({ id: 'office', role: 'server' })
    .watch('facts/prices/')
    .next()
    .then(({ value }) => resolve(value ? value.author : 'nobody'))
})
await prices.set('acme', 15, 60_000)
console.log(`${await changed} changes it. The office reads ${await office.get('acme')}.`)

await storage.setItem('ann:cart', { items: ['acme'] }, { ttl: 3_600 })
console.log(`Carts: ${(await storage.getKeys()).join(', ')}.`)
for (let n = 0; n < 1_000; n += 1) await office.get('acme')
console.log(`${two.stats().hits >= 1_000 ? '1,000' : two.stats().hits} reads were answered by the local copy.`)

await one.close()
await two.close()
rmSync(folder, { recursive: true })
