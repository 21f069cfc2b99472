import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { openMemory } from '@skein/memory'
import type { Facts } from '@skein/memory'
import { sqliteStore } from '@skein/sqlite'
import Database from 'better-sqlite3'

import type { Asking, Contender, Question } from './question.ts'
import { factsByHand } from './sqlite-by-hand.ts'
import type { FactsByHand } from './sqlite-by-hand.ts'

const keys = 1_000
const keyOf = (index: number): string => `prospect/${index % keys}`
const valueOf = (index: number): object => ({ name: `Company ${index}`, notes: 'acme raised its prices'.repeat(8) })

/** What a write costs that was acknowledged before the next begins. */
export const sqliteWrite = (asking: Asking): Promise<Question> =>
  writes(asking, {
    name: 'sqlite-write',
    together: 1,
    most: { full: 1.8, relaxed: 4 },
    unit: 'one write alone, on disk',
  })

/** What a write costs when 100 come at once. */
export const sqliteWrite100 = (asking: Asking): Promise<Question> =>
  writes(asking, {
    name: 'sqlite-write-100',
    together: 100,
    most: { full: 2.2, relaxed: 3 },
    unit: 'one write of 100 at once, on disk',
  })

interface Variant {
  readonly name: string
  readonly unit: string
  readonly together: number
  /** How often the time of the bare upsert is asked for, by durability. */
  readonly most: { readonly full: number; readonly relaxed: number }
}

const durabilities = { full: 'FULL', relaxed: 'NORMAL' } as const

const limit =
  'One upsert writes one row. Ours checks and copies the value, writes it with its label, times and checksum, moves it in the list index, keeps the version before it, and appends to the feed. That is several times the pages in the log, by hand as well. Each write has a promise of its own, and waits for a turn of the event loop in which others may join the transaction.'

/**
 * Ours with compare-and-set, feed, history and audit, against the same tables written by hand, and against a bare upsert
 * with better-sqlite3, at the same durability, as many in a transaction.
 */
async function writes({ quick }: Asking, { name, unit, together, most }: Variant): Promise<Question> {
  const folder = mkdtempSync(join(tmpdir(), 'skein-bench-'))
  const asked = [await atDurability('full'), await atDurability('relaxed')]
  return {
    name,
    unit: `${unit}: 180 bytes under one of ${keys.toLocaleString('en')} keys`,
    times: quick ? together * 2 : Math.max(200, together * 20),
    budgetMs: 20_000,
    contenders: asked.flatMap(({ contenders }) => contenders),
    ratios: asked.flatMap(({ durability, contenders: [ofOurs, same, bare] }) => [
      { of: ofOurs.name, to: same.name, most: 1.15 },
      { of: ofOurs.name, to: bare.name, most: most[durability], limit },
    ]),
    close: async () => {
      for (const { close } of asked) await close()
      rmSync(folder, { recursive: true })
    },
  }

  async function atDurability(durability: 'full' | 'relaxed') {
    const path = (kind: string): string => join(folder, `${kind}-${durability}.db`)
    const memory = await openMemory({ store: sqliteStore({ path: path('ours'), durability }) })
    const tables = await factsByHand(path('same'), durabilities[durability])
    const bare = upserts(path('bare'), durabilities[durability])
    const contenders = [
      ours(`ours, ${durability}: set with ifVersion`, memory.as({ id: 'ann', role: 'bench' }).facts, together),
      byHand(`better-sqlite3, ${durability}: the same tables`, tables, together),
      byHand(`better-sqlite3, ${durability}: upsert`, bare, together),
    ] as const
    return {
      durability,
      contenders,
      close: async (): Promise<void> => {
        await memory.close()
        tables.close()
        bare.close()
      },
    }
  }
}

/** Writes under the next keys, as many at once as are said. */
export function ours(name: string, facts: Facts, together: number): Contender {
  const versions = new Map<string, number>()
  let index = 0
  const one = async (): Promise<void> => {
    const [key, value] = [keyOf(index), valueOf(index)]
    index += 1
    const ifVersion = versions.get(key) ?? (await facts.read(key))?.version ?? 0
    const { version } = await facts.set(key, value, { ifVersion })
    versions.set(key, version)
  }
  const batch = (): Promise<unknown> => Promise.all(Array.from({ length: together }, one))
  return {
    name,
    check: async () => {
      await batch()
      const fact = await facts.read<{ name: string }>(keyOf(index - 1), { consistency: 'strong' })
      if (fact?.value.name !== `Company ${index - 1}`) throw new Error('It is not there.')
    },
    run: async (times) => {
      for (let time = 0; time < times; time += together) await batch()
      return index
    },
  }
}

/** The same with tables that are written by hand. */
export function byHand(name: string, facts: FactsByHand, together: number): Contender {
  let index = 0
  const batch = (): void => {
    const from = index
    index += together
    facts.write(Array.from({ length: together }, (_, at) => [keyOf(from + at), JSON.stringify(valueOf(from + at))]))
  }
  return {
    name,
    check: () => {
      batch()
      const found = JSON.parse(facts.read(keyOf(index - 1))) as { readonly name: string }
      if (found.name !== `Company ${index - 1}`) throw new Error('It is not there.')
    },
    run: (times) => {
      for (let time = 0; time < times; time += together) batch()
      return index
    },
  }
}

/** A table of keys and values, as little as a durable upsert can be; what is written over leaves nothing readable, as in ours. */
function upserts(path: string, synchronous: 'FULL' | 'NORMAL'): FactsByHand {
  const db = new Database(path)
  db.pragma('journal_mode = WAL')
  db.pragma(`synchronous = ${synchronous}`)
  db.pragma('secure_delete = ON')
  db.exec('CREATE TABLE facts (key TEXT PRIMARY KEY, value TEXT NOT NULL)')
  const upsert = db.prepare('INSERT INTO facts VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value')
  const select = db.prepare('SELECT value FROM facts WHERE key = ?').pluck()
  const [begin, commit] = [db.prepare('BEGIN IMMEDIATE'), db.prepare('COMMIT')]
  return {
    write: (batch) => {
      begin.run()
      for (const [key, json] of batch) upsert.run(key, json)
      commit.run()
    },
    read: (key) => select.get(key) as string,
    close: () => db.close(),
  }
}
