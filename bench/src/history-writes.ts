import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { openMemory } from '@skein/memory'
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
