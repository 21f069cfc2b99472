import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { openMemory } from '@skein/memory'
import type { Memory } from '@skein/memory'
import type { Mutation } from '@skein/memory/store'
import { sqliteStore } from '@skein/sqlite'

import type { Asking, Contender, Question, Ratio } from './question.ts'

const keyOf = (index: number): string => `prospect/${index}`
const valueOf = (index: number): object => ({ name: `Company ${index}`, notes: 'x'.repeat(80) })

/** How the cost of reading and writing by key grows from a thousand records to a million. */
export async function scale({ quick }: Asking): Promise<Question> {
  const folder = mkdtempSync(join(tmpdir(), 'skein-bench-'))
  const counts = quick ? [1_000, 5_000] : [1_000, 10_000, 100_000, 1_000_000]
  const spaces: { readonly memory: Memory; readonly count: number }[] = []
  for (const count of counts) spaces.push({ memory: await filled(join(folder, `${count}.db`), count), count })
  const last = counts.at(-1) ?? 0
  const name = (what: string, count: number): string => `${what} among ${count.toLocaleString('en')}`
  const ratio = (what: string): Ratio => ({
    of: name(what, last),
    to: name(what, counts[0] ?? 0),
    most: 1.5,
    limit:
      'A file with a million records doesn’t fit SQLite’s page cache: the tree has more levels, and pages come from the operating system. Keys are random, so each is cold.',
  })
  return {
    name: 'scale',
    unit: 'read, or write with 99 others, of a 100-character fact under a random key (durability relaxed)',
    times: quick ? 100 : 2_000,
    contenders: spaces.flatMap(({ memory, count }) => [
      reading(name('read', count), memory, count),
      writing(name('write', count), memory, count),
    ]),
    ratios: quick ? [] : [ratio('read'), ratio('write')],
    close: async () => {
      for (const { memory } of spaces) await memory.close()
      rmSync(folder, { recursive: true })
    },
  }
}

/** A prime far above all counts: it leads through all keys, in no order that a cache could use. */
const stride = 1_000_000_007

function reading(name: string, memory: Memory, count: number): Contender {
  const { facts } = memory.as({ id: 'ann', role: 'bench' })
  let at = 0
  const one = async (): Promise<number> => {
    at = (at + stride) % count
    const fact = await facts.get<{ name: string }>(keyOf(at))
    if (fact?.name !== `Company ${at}`) throw new Error(`${name}: a wrong answer.`)
    return at
  }
  return {
    name,
    check: async () => void (await one()),
    run: async (times) => {
      let sum = 0
      for (let time = 0; time < times; time += 1) sum += await one()
      return sum
    },
  }
}

function writing(name: string, memory: Memory, count: number): Contender {
  const { facts } = memory.as({ id: 'ann', role: 'bench' })
  let at = 0
  const batch = async (): Promise<void> => {
    const indexes = Array.from({ length: 100 }, () => (at = (at + stride) % count))
    await Promise.all(indexes.map((index) => facts.set(keyOf(index), valueOf(index))))
  }
  return {
    name,
    check: async () => {
      await batch()
      if (((await facts.read(keyOf(at)))?.version ?? 0) < 2) throw new Error('Nothing was written over.')
    },
    run: async (times) => {
      for (let time = 0; time < times; time += 100) await batch()
      return at
    },
  }
}

async function filled(path: string, count: number): Promise<Memory> {
  const driver = sqliteStore({ path, durability: 'relaxed' })
  const store = await driver.open('default', 'writer')
  const meta = { author: 'ann', tags: [], derivedFrom: [], sensitivity: 'public', compartments: [] } as const
  for (let from = 0; from < count; from += 1_000) {
    await store.write(
      Array.from({ length: Math.min(1_000, count - from) }, (_, at): Mutation => {
        const key = { collection: 'facts', id: keyOf(from + at) } as const
        return { type: 'set', key, value: JSON.stringify(valueOf(from + at)), meta }
      }),
    )
  }
  await store[Symbol.asyncDispose]()
  return openMemory({ store: driver, architecture: 'centralized' })
}
