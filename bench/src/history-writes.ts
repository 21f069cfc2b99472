import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { mapStore, openMemory } from '@skein/memory'
import type { Memory } from '@skein/memory'
import { sqliteStore } from '@skein/sqlite'

import type { Asking, Contender, Question } from './question.ts'
import { ours } from './sqlite-writes.ts'

/** What a write costs that keeps the version it replaces, beside one that keeps none. */
export async function historyWrites({ quick }: Asking): Promise<Question> {
  const folder = mkdtempSync(join(tmpdir(), 'skein-bench-'))
  const memories: Memory[] = []
  const contender = async (versions: number, together: number, name: string): Promise<Contender> => {
    const store = sqliteStore({ path: join(folder, `${memories.length}.db`), durability: 'relaxed' })
    const memory = await openMemory({ store, history: { versions } })
    memories.push(memory)
    const { facts } = memory.as({ id: 'ann', role: 'bench' })
    // As many versions as it comes to, so that old ones go at the same rate.
    if (!quick) await ours('', facts, 100).run(50_000)
    return ours(name, facts, together)
  }
  return {
    name: 'history',
    unit: 'one set with ifVersion, on SQLite with relaxed durability: 180 bytes under one of 1,000 keys',
    times: quick ? 200 : 2_000,
    budgetMs: 20_000,
    contenders: [
      await contender(20, 100, '20 versions kept, 100 at once'),
      await contender(0, 100, 'none kept, 100 at once'),
      await contender(20, 1, '20 versions kept, alone'),
      await contender(0, 1, 'none kept, alone'),
    ],
    ratios: [
      { of: '20 versions kept, 100 at once', to: 'none kept, 100 at once', most: 1.25 },
      { of: '20 versions kept, alone', to: 'none kept, alone', most: 1.25 },
    ],
    close: async () => {
      for (const memory of memories) await memory.close()
      rmSync(folder, { recursive: true })
    },
  }
}

const readKeys = 1_000

/** What a cached read costs of a fact with twenty past versions, beside one that keeps none. */
export async function historyReads({ quick }: Asking): Promise<Question> {
  const memories: Memory[] = []
  const contender = async (versions: number, name: string): Promise<Contender> => {
    const memory = await openMemory({ store: mapStore(), history: { versions } })
    memories.push(memory)
    const { facts } = memory.as({ id: 'ann', role: 'bench' })
    const keys = Array.from({ length: readKeys }, (_, n) => `fact/${n}`)
    for (let version = 0; version <= 20; version += 1) for (const key of keys) await facts.set(key, { version })
    for (const key of keys) await facts.get(key)
    return {
      name,
      check: async () => {
        const kept = await facts.history('fact/0')
        if (kept.length !== 1 + versions) throw new Error(`${name}: there are ${kept.length} versions.`)
      },
      run: (times) => {
        let sum = 0
        for (let time = 0; time < times; time += 1) {
          sum += (facts.peek(keys[(time * 7_919) % readKeys] as string) as { readonly version: number }).version
        }
        return sum
      },
    }
  }
  return {
    name: 'history-reads',
    unit: `cached read of one of ${readKeys.toLocaleString('en')} facts that were written 21 times`,
    times: quick ? 2_000 : 200_000,
    contenders: [await contender(20, '20 versions kept'), await contender(0, 'none kept')],
    // What is measured alike may differ by as much.
    ratios: [{ of: '20 versions kept', to: 'none kept', most: 1.05 }],
    close: async () => {
      for (const memory of memories) await memory.close()
    },
  }
}
