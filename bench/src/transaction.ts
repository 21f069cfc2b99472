import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { openMemory } from '@skein/memory'
import type { View } from '@skein/memory'
import type { Mutation, RecordKey, RecordMeta, Store } from '@skein/memory/store'
import { sqliteStore } from '@skein/sqlite'

import type { Asking, Contender, Question } from './question.ts'

const accounts = ['account/a', 'account/b'] as const
const start = 1_000_000
const contending = 4

/**
 * What a transaction costs that reads two facts and writes both, beside the same batch made by hand: two reads of the
 * store and one write that names both versions. Alone, and with four at once at the same two facts.
 */
export async function transaction({ quick }: Asking): Promise<Question> {
  const folder = mkdtempSync(join(tmpdir(), 'skein-bench-'))
  const store = (name: string) => sqliteStore({ path: join(folder, `${name}.db`), durability: 'relaxed' })
  const memory = await openMemory({ store: store('ours') })
  const hand = await store('hand').open('default', 'writer')
  const view = memory.as({ id: 'ann', role: 'bench' })
  for (const key of accounts) await view.facts.set(key, start)
  const meta = { author: 'ann', tags: [], derivedFrom: [], sensitivity: 'public', compartments: [] } as const
  await hand.write(accounts.map((id): Mutation => ({ type: 'set', key: keyOf(id), value: `${start}`, meta })))
  const ours = (together: number, name: string): Contender =>
    moves(
      name,
      together,
      () => move(view),
      () => sumOf(view),
    )
  const byHand = (together: number, name: string): Contender =>
    moves(
      name,
      together,
      () => moveByHand(hand, meta),
      () => sumByHand(hand),
    )
  return {
    name: 'transaction',
    unit: 'transaction that reads two facts and writes both, on disk, relaxed',
    times: quick ? contending : 200,
    contenders: [
      ours(1, 'ours: alone'),
      byHand(1, 'by hand: alone'),
      ours(contending, 'ours: four contending'),
      moves(
        'ours: two updates, which are no transaction',
        1,
        () => updateBoth(view),
        () => sumOf(view),
      ),
      byHand(contending, 'by hand: four contending'),
    ],
    ratios: [
      { of: 'ours: alone', to: 'ours: two updates, which are no transaction', most: 1.25 },
      {
        of: 'ours: alone',
        to: 'by hand: alone',
        most: 4,
        limit:
          'By hand nothing is checked, copied, labelled or audited, and what was read is not looked at. A transaction makes its calls anew for each attempt.',
      },
    ],
    close: async () => {
      await memory.close()
      await hand[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true })
    },
  }
}

function moves(
  name: string,
  together: number,
  moveOnce: () => Promise<unknown>,
  sum: () => Promise<number>,
): Contender {
  const batch = (): Promise<unknown> => Promise.all(Array.from({ length: together }, moveOnce))
  return {
    name,
    check: async () => {
      await batch()
      if ((await sum()) !== 2 * start) throw new Error('Something was lost or doubled.')
    },
    run: async (times) => {
      for (let time = 0; time < times; time += together) await batch()
      return times
    },
  }
}

function move(view: View): Promise<unknown> {
  return view.transaction(async ({ facts }) => {
    const [a = 0, b = 0] = await facts.getMany<number>(accounts)
    await facts.set(accounts[0], a - 1)
    await facts.set(accounts[1], b + 1)
  })
}

async function updateBoth({ facts }: View): Promise<void> {
  await facts.update<number>(accounts[0], (a = 0) => a - 1)
  await facts.update<number>(accounts[1], (b = 0) => b + 1)
}

async function sumOf(view: View): Promise<number> {
  const [a = 0, b = 0] = await view.facts.getMany<number>(accounts)
  return a + b
}

async function moveByHand(store: Store, meta: RecordMeta): Promise<void> {
  for (;;) {
    const records = await store.read(accounts.map(keyOf))
    const batch = records.map((record, index): Mutation => {
      const value = `${Number(record?.value) + (index === 0 ? -1 : 1)}`
      return { type: 'set', key: keyOf(accounts[index] ?? ''), value, meta, ifVersion: record?.version ?? 0 }
    })
    if ((await store.write(batch)).ok) return
  }
}

async function sumByHand(store: Store): Promise<number> {
  const records = await store.read(accounts.map(keyOf))
  return records.reduce((sum, record) => sum + Number(record?.value), 0)
}

function keyOf(id: string): RecordKey {
  return { collection: 'facts', id }
}
