import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { openMemory } from '@skein/memory'
import type { Memory } from '@skein/memory'
import { redisStore } from '@skein/redis'
import { sqliteStore } from '@skein/sqlite'

import { missing, startServer } from '../../packages/redis/test/redis-server.ts'
import type { Asking, Contender, Question } from './question.ts'
import { wordsFrom } from './search-texts.ts'

/** Others write that often while something is erased. */
const everyMs = 5
const together = 500
const person = 'person/42'

/** What one erasure took, in milliseconds. */
interface Erased {
  readonly totalMs: number
  /** Of 99 % of what others wrote meanwhile, from when they wanted to write until it was stored. */
  readonly stallMs: number
  readonly worstMs: number
}

/** How long it takes to forget all that is about a person: 10,000 records, and 30,000 that were derived from them. */
export function forgetTime(asking: Asking): Promise<Question> {
  return forgetting(asking, {
    name: 'forget',
    unit: 'erasure of 10,000 records about a person and 30,000 derived ones, the medium cleaned, while others write',
    figure: ({ totalMs }) => totalMs,
    most: undefined,
  })
}

/** How long others wait with their writes meanwhile. */
export function forgetStall(asking: Asking): Promise<Question> {
  return forgetting(asking, {
    name: 'forget-stall',
    unit: 'write by somebody else in the same process during such an erasure, one each 5 ms, the slowest of 99 %',
    figure: ({ stallMs }) => stallMs,
    most: 50,
  })
}

interface Asked {
  readonly name: string
  readonly unit: string
  readonly figure: (erased: Erased) => number
  readonly most: number | undefined
}

async function forgetting({ quick }: Asking, { name, unit, figure, most }: Asked): Promise<Question> {
  const folder = mkdtempSync(join(tmpdir(), 'skein-bench-'))
  const server = missing ? undefined : await startServer()
  const memories = new Map<string, Memory>([['SQLite', await openMemory({ store: sqliteStore(join(folder, 'a.db')) })]])
  if (server) memories.set('Redis', await openMemory({ store: redisStore(server.url) }))
  const count = quick ? 100 : 10_000
  const contenders = [...memories].map(([store, memory]): Contender => {
    const run = async (): Promise<Erased> => {
      await fill(memory, count)
      return erase(memory, count)
    }
    return {
      name: store,
      tellsFigure: true,
      // Its answer is checked in each turn.
      check: () => {},
      run: async () => figure(await run()) * 1e6,
    }
  })
  return {
    name,
    unit,
    times: 1,
    rounds: quick ? 1 : 5,
    warmUps: 0,
    budgetMs: 60_000,
    contenders,
    ratios: most === undefined ? [] : [...memories.keys()].map((of) => ({ of, most: most * 1e6 })),
    close: async () => {
      for (const memory of memories.values()) await memory.close()
      await server?.stop()
      rmSync(folder, { recursive: true })
    },
  }
}

/** Calls of a person, and three notes on each, which are about the person because the call is. */
async function fill(memory: Memory, count: number): Promise<void> {
  const { observations } = memory.as({ id: 'ann', role: 'sales' })
  const others = memory.as({ id: 'bob', role: 'sales' }).observations
  const text = wordsFrom(42)
  for (let from = 0; from < count; from += together) {
    const indexes = Array.from({ length: Math.min(together, count - from) }, (_, at) => from + at)
    const calls = await Promise.all(indexes.map(() => observations.log({ value: text(), subject: person })))
    await Promise.all(
      calls.flatMap((call) => [1, 2, 3].map((n) => observations.log({ value: `${n} ${text()}`, derivedFrom: [call] }))),
    )
    await Promise.all(indexes.map((index) => others.log({ value: `${index} ${text()}` })))
  }
}

async function erase(memory: Memory, count: number): Promise<Erased> {
  const { facts } = memory.as({ id: 'bob', role: 'sales' })
  const officer = memory.as({ id: 'olga', role: 'privacy', rights: ['erase'] })
  const waits: Promise<number>[] = []
  const write = async (wantedAt: number): Promise<number> => {
    await facts.set(`key/${waits.length % 100}`, wantedAt)
    return performance.now() - wantedAt
  }
  const startedAt = performance.now()
  let next = startedAt
  // Who wanted to write while the event loop stood still has waited since then.
  const catchUp = (): void => {
    for (; next <= performance.now(); next += everyMs) waits.push(write(next))
  }
  const timer = setInterval(catchUp, everyMs)
  const { forgotten } = await officer.forget({ subject: person }, { reason: 'asked', derived: 'forget' })
  const totalMs = performance.now() - startedAt
  clearInterval(timer)
  catchUp()
  if (forgotten.observations !== 4 * count) throw new Error(`${forgotten.observations} were forgotten.`)
  const sorted = (await Promise.all(waits)).toSorted((a, b) => a - b)
  const stallMs = sorted[Math.ceil(sorted.length * 0.99) - 1] ?? 0
  return { totalMs, stallMs, worstMs: sorted.at(-1) ?? 0 }
}
