import { existsSync, renameSync } from 'node:fs'
import { join } from 'node:path'

import { openMemory } from '@skein/memory'
import { indexTerms } from '@skein/memory/store'
import type { Memory } from '@skein/memory'
import type { Mutation } from '@skein/memory/store'
import { sqliteStore } from '@skein/sqlite'

import type { Asking, Contender, Question } from './question.ts'
import { wordsFrom } from './search-texts.ts'

const few = 10_000
const perTask = 100
const pageSize = 50

/** What listing and searching a task of 100 observations costs in a space of ten thousand and in one of a million. */
export async function growth({ quick, folder }: Asking): Promise<Question> {
  const many = quick ? 20_000 : 1_000_000
  const small = await filled(folder, few)
  const large = await filled(folder, many)
  const contenders = [small, large].flatMap(({ memory, count }) => [listing(memory, count), searching(memory, count)])
  return {
    name: 'growth',
    unit: `list or search of a task with ${perTask} observations, among all observations of the space`,
    times: quick ? 5 : 200,
    contenders,
    ratios: ['list', 'search'].map((what) => ({ of: nameOf(what, many), to: nameOf(what, few), most: 2 })),
    close: async () => {
      await small.memory.close()
      await large.memory.close()
    },
  }
}

const nameOf = (what: string, count: number): string => `${what} among ${count.toLocaleString('en')}`
const taskOf = (index: number, count: number): string => `t${index % (count / perTask)}`

function listing(memory: Memory, count: number): Contender {
  const { observations } = memory.as({ id: 'bob', role: 'bench' })
  const list = async (task: string): Promise<number> =>
    (await observations.list({ task, limit: pageSize })).items.length
  return {
    name: nameOf('list', count),
    check: async () => {
      if ((await list('t7')) !== pageSize) throw new Error('The list is not as long as it should be.')
    },
    run: async (times) => {
      let found = 0
      for (let time = 0; time < times; time += 1) found += await list(taskOf(time * 7_919, count))
      return found
    },
  }
}

function searching(memory: Memory, count: number): Contender {
  const { observations } = memory.as({ id: 'bob', role: 'bench' })
  const search = async (task: string): Promise<number> =>
    (await observations.search('w3 w14 and a w400', { task, limit: 10 })).length
  return {
    name: nameOf('search', count),
    check: async () => {
      if ((await search('t7')) !== 10) throw new Error('The search finds less than it should.')
    },
    run: async (times) => {
      let found = 0
      for (let time = 0; time < times; time += 1) found += await search(taskOf(time * 7_919, count))
      return found
    },
  }
}

/**
 * A space of observations of 20 words, frequent and rare ones, whose tasks stand
 * in turns; the one that another question of the run has filled, if there is one.
 */
export async function filled(folder: string, count: number): Promise<{ memory: Memory; count: number }> {
  const path = join(folder, `observations-${count}.db`)
  const driver = sqliteStore({ path, durability: 'relaxed' })
  if (existsSync(path)) return { memory: await openMemory({ store: driver }), count }
  await fill(path, count)
  return { memory: await openMemory({ store: driver }), count }
}

async function fill(path: string, count: number): Promise<void> {
  // It has its name when it is whole.
  const unfinished = `${path}.${process.pid}`
  const store = await sqliteStore({ path: unfinished, durability: 'relaxed' }).open('default', 'writer')
  const nextText = wordsFrom(7)
  for (let from = 0; from < count; from += 1_000) {
    const batch = Array.from({ length: 1_000 }, (_, at): Mutation => {
      const text = nextText()
      const meta = { author: 'ann', task: taskOf(from + at, count), tags: [], derivedFrom: [] }
      return {
        type: 'set',
        key: { collection: 'observations', id: `o${from + at}` },
        value: JSON.stringify(text),
        meta: { ...meta, sensitivity: 'public', compartments: [] },
        terms: indexTerms(text),
      }
    })
    await store.write(batch)
  }
  await store[Symbol.asyncDispose]()
  renameSync(unfinished, path)
}
