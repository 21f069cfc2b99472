import { crc32 } from 'node:zlib'

import { mapStore, openMemory } from '@skein/memory'
import type { Embedder, Memory } from '@skein/memory'

import type { Asking, Contender, Question } from './question.ts'

const dimensions = 384
const together = 1_000

/** In place of a model: numbers that are the same for the same text. */
const embedder: Embedder = {
  id: 'numbers',
  dimensions,
  maxTexts: together,
  embed: async (texts) => texts.map(vectorOf),
}

/**
 * What it takes to compare a query with all vectors that the asker may see, from the vector of the query, which is
 * known, to the records; beside a plain loop over 32-bit floats in the same thread.
 */
export async function searchByMeaning({ quick }: Asking): Promise<Question> {
  const counts = quick ? [3_000] : [10_000, 200_000]
  const memories = await Promise.all(counts.map(filled))
  return {
    name: 'search-by-meaning',
    unit: `the nearest 10 of all observations, by vectors of ${dimensions} dimensions`,
    times: 1,
    contenders: counts.flatMap((count, at) => [
      ours(`int8, in a thread, among ${count.toLocaleString('en')}`, memories[at] as Memory, count),
      plainLoop(`plain loop among ${count.toLocaleString('en')}`, count),
    ]),
    ratios: counts.slice(-1).map((count) => {
      const among = count.toLocaleString('en')
      return { of: `int8, in a thread, among ${among}`, to: `plain loop among ${among}`, most: 1 }
    }),
    close: async () => {
      for (const memory of memories) await memory.close()
    },
  }
}

async function filled(count: number): Promise<Memory> {
  const memory = await openMemory({ store: mapStore(), auditKeepMs: 0, search: { embedder } })
  const { observations } = memory.as({ id: 'ann', role: 'bench' })
  for (let from = 0; from < count; from += together) {
    const some = Array.from({ length: Math.min(together, count - from) }, (_, index) => textOf(from + index))
    await Promise.all(some.map((value) => observations.log({ value })))
  }
  await memory.vectorsReady()
  return memory
}

function ours(name: string, memory: Memory, count: number): Contender {
  const { observations } = memory.as({ id: 'ann', role: 'bench' })
  const nearest = async (text: string): Promise<unknown> =>
    (await observations.search(text, { by: 'meaning', limit: 10 }))[0]?.item.value
  return {
    name,
    check: async () => {
      const text = textOf(count >> 1)
      if ((await nearest(text)) !== text) throw new Error('The nearest one is not found.')
    },
    run: () => nearest(textOf(7)),
  }
}

function plainLoop(name: string, count: number): Contender {
  const vectors = new Float32Array(count * dimensions)
  for (let index = 0; index < count; index += 1) vectors.set(vectorOf(textOf(index)), index * dimensions)
  const nearest = (text: string): number => {
    const query = vectorOf(text)
    const scores = Array.from({ length: count }, (_, index) => {
      let dot = 0
      for (let at = 0; at < dimensions; at += 1) dot += (vectors[index * dimensions + at] ?? 0) * (query[at] ?? 0)
      return { index, dot }
    })
    return scores.toSorted((a, b) => b.dot - a.dot).slice(0, 10)[0]?.index ?? -1
  }
  return {
    name,
    check: () => {
      if (nearest(textOf(3)) !== 3) throw new Error('The nearest one is not found.')
    },
    run: () => nearest(textOf(7)),
  }
}

function textOf(index: number): string {
  return `text ${index}`
}

/** Source of the numbers: S. K. Park and K. W. Miller, 1988. */
function vectorOf(text: string): Float32Array {
  let state = (crc32(text) % 2_147_483_646) + 1
  return Float32Array.from({ length: dimensions }, () => (state = (state * 48_271) % 2_147_483_647) / 2 ** 31 - 0.5)
}
