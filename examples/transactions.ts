/**
 * Two agents sell from one stock at the same time: an order takes the goods, bills the customer and tells the store
 * room, all or nothing. Here two memories on one file stand in for two processes.
 *
 * Run it: `node examples/transactions.ts`
 *
 * @module
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { openMemory } from '@skein/memory'
import type { View } from '@skein/memory'
import { sqliteStore } from '@skein/sqlite'

const folder = mkdtempSync(join(tmpdir(), 'skein-stock-'))
const path = join(folder, 'stock.db')
const memories = [await openMemory({ store: sqliteStore(path) }), await openMemory({ store: sqliteStore(path) })]
const [ann, bob] = memories.map((memory, index) => memory.as({ id: ['ann', 'bob'][index] ?? '', role: 'sales' }))
if (!ann || !bob) throw new Error('Two memories are open.')
await ann.facts.set('stock/anvil', 5)

let attempts = 0
/** Sells as many anvils as there are, up to a number; resolves to how many. */
const sell = (view: View, customer: string, wanted: number): Promise<number> =>
  view.transaction(async ({ facts, observations, alerts }) => {
    attempts += 1
    const stock = (await facts.get<number>('stock/anvil')) ?? 0
    const open = await facts.list<number>({ prefix: `order/${customer}/` })
    // Nobody gets more than three: the list must be the same when the order is written.
    const ordered = open.items.reduce((sum, { value }) => sum + value, 0)
    const sold = Math.min(wanted, stock, 3 - ordered)
    if (sold === 0) return 0
    await facts.set('stock/anvil', stock - sold)
    await facts.set(`order/${customer}/${view.principal.id}`, sold)
    await observations.log({ value: `${customer} buys ${sold}`, task: 'anvils' })
    await alerts.send({ to: [{ role: 'store room' }], insight: `${sold} for ${customer}` })
    return sold
  })

const sales = await Promise.all([
  sell(ann, 'acme', 2),
  sell(bob, 'acme', 2),
  sell(ann, 'bolt', 9),
  sell(bob, 'crux', 9),
])
const left = await bob.facts.get<number>('stock/anvil')
const { items } = await bob.observations.list({ task: 'anvils' })
const acme = await bob.facts.list<number>({ prefix: 'order/acme/' })
console.log(`${sales.reduce((sum, one) => sum + one, 0)} sold, ${left} left, ${items.length} orders on record.`)
console.log(`Acme has ${acme.items.reduce((sum, { value }) => sum + value, 0)}, though two agents served it.`)
console.log(attempts > sales.length ? 'Some had to look again.' : 'Nobody was in the way.')

for (const memory of memories) await memory.close()
rmSync(folder, { recursive: true })
