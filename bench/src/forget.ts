import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { openMemory } from '@skein/memory'
import type { Memory } from '@skein/memory'
import { redisStore } from '@skein/redis'
import { sqliteStore } from '@skein/sqlite'

import { missing, startServer } from '../../packages/redis/test/redis-server.ts'
import { Bystander } from './bystander.ts'
import type { BystanderCall, BystanderWaits } from './bystander.ts'
import type { Asking, Contender, Question } from './question.ts'
import { wordsFrom } from './search-texts.ts'

const together = 500
const person = 'person/42'
const mostMs = 50

/** How long it takes to forget all that is about a person: 10,000 records, and 30,000 that were derived from them. */
export function forgetTime(asking: Asking): Promise<Question> {
  return forgetting(asking, {
    name: 'forget',
    unit: 'erasure of 10,000 records about a person and 30,000 derived ones, the medium cleaned, while others call',
  })
}

/** How long others wait with their writes meanwhile. */
export function forgetStall(asking: Asking): Promise<Question> {
  return forgetting(asking, {
    name: 'forget-stall',
    unit: 'write by somebody else during such an erasure, one each 5 ms, the slowest of 99 %',
    calls: ['write'],
  })
}

/** How long others wait for what they read and search meanwhile. */
export function forgetReads(asking: Asking): Promise<Question> {
  return forgetting(asking, {
    name: 'forget-reads',
    unit: 'read from the store (one each 5 ms) or search (one each 50 ms) during such an erasure, the slowest of 99 %',
    calls: ['read', 'search'],
  })
}

interface Asked {
  readonly name: string
  readonly unit: string
  /** The calls that are timed; the erasure itself without any. */
  readonly calls?: readonly BystanderCall[]
}

/** What one erasure took, in milliseconds, and how long others waited meanwhile. */
interface Erased {
  readonly totalMs: number
  readonly here: BystanderWaits
  readonly elsewhere: BystanderWaits
}

async function forgetting({ quick }: Asking, { name, unit, calls }: Asked): Promise<Question> {
  const folder = mkdtempSync(join(tmpdir(), 'skein-bench-'))
  const server = missing ? undefined : await startServer()
  const file = join(folder, 'a.db')
  const places: Place[] = [await openPlace('SQLite', file, await openMemory({ store: sqliteStore(file) }))]
  if (server) places.push(await openPlace('Redis', server.url, await openMemory({ store: redisStore(server.url) })))
  const count = quick ? 100 : 10_000
  const contenders = places.flatMap((place): readonly Contender[] => {
    // An erasure answers for all contenders of its store, which take their turns one after the other.
    let erased: Promise<Erased> | undefined
    const contender = (of: string, figure: (erased: Erased) => number, isFirst: boolean): Contender => ({
      name: of,
      tellsFigure: true,
      // Its answer is checked in each turn.
      check: () => {},
      run: async () => {
        if (isFirst || !erased) erased = fill(place.memory, count).then(() => erase(place, count))
        return figure(await erased) * 1e6
      },
    })
    if (!calls) return [contender(place.store, ({ totalMs }) => totalMs, true)]
    return calls.flatMap((call, n) => [
      contender(`${place.store}, ${call} in the same process`, ({ here }) => here[call], n === 0),
      contender(`${place.store}, ${call} in another process`, ({ elsewhere }) => elsewhere[call], false),
    ])
  })
  return {
    name,
    unit,
    times: 1,
    rounds: quick ? 1 : 5,
    warmUps: 0,
    budgetMs: 60_000,
    contenders,
    ratios: calls ? contenders.map(({ name: of }) => ({ of, most: mostMs * 1e6 })) : [],
    close: async () => {
      for (const { memory, bystander } of places) {
        bystander.disconnect()
        await once(bystander, 'exit')
        await memory.close()
      }
      await server?.stop()
      rmSync(folder, { recursive: true })
    },
  }
}

/** A memory, and another process that has its store open. */
interface Place {
  readonly store: string
  readonly memory: Memory
  readonly bystander: ChildProcess
}

async function openPlace(store: string, where: string, memory: Memory): Promise<Place> {
  const bystander = fork(new URL('./bystander-process.ts', import.meta.url), [where])
  await once(bystander, 'message')
  return { store, memory, bystander }
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

async function erase({ memory, bystander }: Place, count: number): Promise<Erased> {
  const officer = memory.as({ id: 'olga', role: 'privacy', rights: ['erase'] })
  bystander.send('start')
  await once(bystander, 'message')
  const own = await Bystander.start(memory, 'bob')
  const startedAt = performance.now()
  const { forgotten } = await officer.forget({ subject: person }, { reason: 'asked', derived: 'forget' })
  const totalMs = performance.now() - startedAt
  bystander.send('stop')
  const [[elsewhere], here] = await Promise.all([once(bystander, 'message'), own.stop()])
  if (forgotten.observations !== 4 * count) throw new Error(`${forgotten.observations} were forgotten.`)
  return { totalMs, here, elsewhere: elsewhere as BystanderWaits }
}
