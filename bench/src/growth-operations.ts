import { rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { openMemory } from '@skein/memory'
import type { Memory } from '@skein/memory'
import { backup, sqliteStore } from '@skein/sqlite'

import { filled } from './growth.ts'
import type { Asking, Contender, Question } from './question.ts'
import { wordsFrom } from './search-texts.ts'

const few = 10_000
/** Records that are written, expire or are forgotten at once. */
const together = 100

interface Space {
  readonly memory: Memory
  readonly count: number
  readonly path: string
}

/** Does something in a space. Resolves to its nanoseconds for one record, or for all where it is one thing. */
type Operation = (space: Space, times: number) => Promise<number>

/** What each operation on a file costs in a space of ten thousand and in one of a million observations. */
export async function growthOperations({ quick, folder }: Asking): Promise<Question> {
  return growing(folder, quick ? [1_000, 2_000] : [few, 1_000_000], quick)
}

/** @param counts - Observations in the spaces that are compared. */
export async function growing(folder: string, counts: readonly number[], quick: boolean): Promise<Question> {
  const spaces: Space[] = []
  for (const count of counts) spaces.push(await open(folder, count))
  const operations = { read, write, watch, sweep, forget, 'backup, per record': copy }
  const [first = 0, last = 0] = [counts[0], counts.at(-1)]
  return {
    name: 'growth-operations',
    unit: 'one operation on a file, uncached; a sweep and an erasure for each of 100 records',
    times: quick ? 10 : 1_000,
    rounds: quick ? 1 : 9,
    warmUps: 1,
    budgetMs: 120_000,
    contenders: Object.entries(operations).flatMap(([what, operation]) =>
      spaces.map((space) => contender(nameOf(what, space.count), space, operation)),
    ),
    ratios: Object.keys(operations).map((what) => ({ of: nameOf(what, last), to: nameOf(what, first), most: 2 })),
    close: async () => {
      for (const { memory } of spaces) await memory.close()
    },
  }
}

const nameOf = (what: string, count: number): string => `${what} among ${count.toLocaleString('en')}`

async function open(folder: string, count: number): Promise<Space> {
  await (await filled(folder, count)).memory.close()
  const path = join(folder, `observations-${count}.db`)
  const store = sqliteStore({ path, durability: 'relaxed' })
  return { memory: await openMemory({ store, architecture: 'centralized' }), count, path }
}

function contender(name: string, space: Space, operation: Operation): Contender {
  return { name, tellsFigure: true, check: () => {}, run: (times) => operation(space, times) }
}

async function read({ memory, count }: Space, times: number): Promise<number> {
  const { observations } = memory.as({ id: 'bob', role: 'bench' })
  const ids = Array.from({ length: times }, (_, time) => `o${(time * 7_919) % count}`)
  const [found, took] = await timed(async () => {
    let some = 0
    for (const id of ids) if (await observations.get(id)) some += 1
    return some
  })
  if (found !== times) throw new Error(`${found} of ${times} were found.`)
  return took / times
}

async function write({ memory }: Space): Promise<number> {
  const [, took] = await timed(() => log(memory, 'write'))
  return took / together
}

/** From a write to the moment at which somebody who watches has been told of it. */
async function watch({ memory }: Space): Promise<number> {
  const view = memory.as({ id: 'bob', role: 'bench' })
  const stop = new AbortController()
  const changes = view.watch('observations/', { signal: stop.signal })[Symbol.asyncIterator]()
  const next = changes.next()
  const [, took] = await timed(async () => {
    const [entry, told] = await Promise.all([view.observations.log({ value: 'seen by those who watch' }), next])
    if (told.value?.id !== entry.id) throw new Error('Another change was told.')
  })
  stop.abort()
  return took
}

async function sweep({ memory }: Space): Promise<number> {
  const before = memory.stats().swept
  await log(memory, 'sweep', { ttlMs: 1 })
  await sleep(2)
  const [, took] = await timed(() => memory.sweep())
  if (memory.stats().swept - before < together) throw new Error('They are still there.')
  return took / together
}

async function forget({ memory }: Space): Promise<number> {
  await log(memory, 'forget', { subject: 'person/42' })
  const officer = memory.as({ id: 'olga', role: 'privacy', rights: ['erase'] })
  const [report, took] = await timed(() => officer.forget({ subject: 'person/42' }, { reason: 'asked' }))
  if (report.forgotten.observations !== together) throw new Error('Not all were forgotten.')
  return took / together
}

async function copy({ path, count }: Space): Promise<number> {
  const to = `${path}.copy`
  const [, took] = await timed(() => backup(path, to, { overwrite: true }))
  if (statSync(to).size < count) throw new Error('The copy is too small.')
  rmSync(to)
  return took / count
}

async function log(memory: Memory, task: string, more: { ttlMs?: number; subject?: string } = {}): Promise<void> {
  const { observations } = memory.as({ id: 'bob', role: 'bench' })
  const text = wordsFrom(Math.floor(Math.random() * 1e9))
  await Promise.all(Array.from({ length: together }, () => observations.log({ value: text(), task, ...more })))
}

async function timed<Result>(work: () => Promise<Result>): Promise<[result: Result, nanoseconds: number]> {
  const startedAt = performance.now()
  const result = await work()
  return [result, (performance.now() - startedAt) * 1e6]
}
