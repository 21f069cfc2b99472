import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { openMemory } from '@skein/memory'
import type { Facts } from '@skein/memory'
import { sqliteStore } from '@skein/sqlite'
import Database from 'better-sqlite3'

import type { Asking, Contender, Question } from './question.ts'

const keys = 1_000
const keyOf = (index: number): string => `prospect/${index % keys}`
const valueOf = (index: number): object => ({ name: `Company ${index}`, notes: 'acme raised its prices'.repeat(8) })

/** What a write costs that was acknowledged before the next begins. */
export const sqliteWrite = (asking: Asking): Promise<Question> =>
  writes(asking, { name: 'sqlite-write', together: 1, least: 0.5, unit: 'one write alone, on disk' })

/** What a write costs when 100 come at once. */
export const sqliteWrite100 = (asking: Asking): Promise<Question> =>
  writes(asking, { name: 'sqlite-write-100', together: 100, least: 0.6, unit: 'one write of 100 at once, on disk' })

interface Variant {
  readonly name: string
  readonly unit: string
  readonly together: number
  /** The rate that is asked for, as a share of the bare one. */
  readonly least: number
}

/**
 * Ours with compare-and-set, feed and audit, against a bare upsert with
 * better-sqlite3 at the same durability, as many in a transaction.
 */
async function writes({ quick }: Asking, { name, unit, together, least }: Variant): Promise<Question> {
  const folder = mkdtempSync(join(tmpdir(), 'skein-bench-'))
  const memory = await openMemory({ store: sqliteStore(join(folder, 'ours.db')) })
  const relaxed = await openMemory({ store: sqliteStore({ path: join(folder, 'relaxed.db'), durability: 'relaxed' }) })
  const bare = upserts(join(folder, 'bare.db'), 'FULL')
  const bareRelaxed = upserts(join(folder, 'bare-relaxed.db'), 'NORMAL')
  const limit =
    'One upsert writes one row. Ours checks and copies the value, writes it with its label, times and checksum, moves it in the list index, and appends to the feed. That is more than twice the pages in the log. Each write has a promise of its own, and waits for a turn of the event loop in which others may join the transaction.'
  return {
    name,
    unit: `${unit}: 180 bytes under one of ${keys.toLocaleString('en')} keys`,
    times: quick ? together * 2 : Math.max(200, together * 5),
    contenders: [
      ours('ours: set with ifVersion', memory.as({ id: 'ann', role: 'bench' }).facts, together),
      raw('better-sqlite3: upsert', bare, together),
      ours('ours, relaxed: set with ifVersion', relaxed.as({ id: 'ann', role: 'bench' }).facts, together),
      raw('better-sqlite3, relaxed: upsert', bareRelaxed, together),
    ],
    ratios: [
      { of: 'ours: set with ifVersion', to: 'better-sqlite3: upsert', most: 1 / least, limit },
      { of: 'ours, relaxed: set with ifVersion', to: 'better-sqlite3, relaxed: upsert', most: 1 / least, limit },
    ],
    close: async () => {
      await memory.close()
      await relaxed.close()
      bare.close()
      bareRelaxed.close()
      rmSync(folder, { recursive: true })
    },
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

interface Upserts {
  write(from: number, together: number): void
  nameAt(key: string): string
  close(): void
}

function raw(name: string, table: Upserts, together: number): Contender {
  let index = 0
  const batch = (): void => {
    table.write(index, together)
    index += together
  }
  return {
    name,
    check: () => {
      batch()
      if (table.nameAt(keyOf(index - 1)) !== `Company ${index - 1}`) throw new Error('It is not there.')
    },
    run: (times) => {
      for (let time = 0; time < times; time += together) batch()
      return index
    },
  }
}

/** A table of keys and values, as little as a durable upsert can be; what is written over leaves nothing readable, as in ours. */
function upserts(path: string, synchronous: 'FULL' | 'NORMAL'): Upserts {
  const db = new Database(path)
  db.pragma('journal_mode = WAL')
  db.pragma(`synchronous = ${synchronous}`)
  db.pragma('secure_delete = ON')
  db.exec('CREATE TABLE facts (key TEXT PRIMARY KEY, value TEXT NOT NULL)')
  const upsert = db.prepare('INSERT INTO facts VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value')
  const select = db.prepare('SELECT value FROM facts WHERE key = ?').pluck()
  return {
    write: (from, together) => {
      db.exec('BEGIN IMMEDIATE')
      for (let at = from; at < from + together; at += 1) upsert.run(keyOf(at), JSON.stringify(valueOf(at)))
      db.exec('COMMIT')
    },
    nameAt: (key) => (JSON.parse(select.get(key) as string) as { name: string }).name,
    close: () => db.close(),
  }
}
