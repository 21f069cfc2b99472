import { createFlock } from '@skein/core'
import { mapStore, openMemory } from '@skein/memory'
import { Piscina } from 'piscina'

import type { Asking, Contender, Question } from './question.ts'
import { roundsPerMs, spin } from './work.ts'

const taskMs = 5
const tasks = 64
const fanIn = 8

/** Maps and reduces so many numbers; resolves to the sum of what the tasks computed. */
type MapReduce = (rounds: readonly number[]) => Promise<number>

/** What a map-reduce of activities of 5 ms takes on more and more threads, against a bare pool and the ideal. */
export async function threads({ quick }: Asking): Promise<Question> {
  const perMs = roundsPerMs()
  const inputs = Array.from({ length: quick ? 8 : tasks }, (_, index) => Math.round(taskMs * perMs) + index)
  const expected = inputs.reduce((total, rounds) => total + spin(rounds), 0)
  const most = Math.min(8, navigator.hardwareConcurrency)
  const counts = [...new Set([1, 2, 4, 8].filter((count) => count <= most).concat(most))]
  const runs = await Promise.all(counts.flatMap((count) => [ours(count), pool(count)]))
  return {
    name: 'threads',
    unit: `map-reduce of ${tasks} computations of ${taskMs} ms, merged ${fanIn} at a time`,
    times: 1,
    contenders: [
      {
        name: 'inline, in this thread',
        check: () => {},
        run: () => inputs.reduce((total, rounds) => total + spin(rounds), 0),
      },
      ...runs.map(({ name, mapReduce }): Contender => {
        const run = async (): Promise<number> => {
          const result = await mapReduce(inputs)
          if (result !== expected) throw new Error(`${name}: the sum is ${result}, not ${expected}.`)
          return result
        }
        return { name, check: async () => void (await run()), run }
      }),
    ],
    ratios: [
      ...(counts.includes(2) ? [{ of: 'ours, 2 threads', to: 'ours, 1 thread', most: 1 / 1.85, limit: crowded }] : []),
      ...counts.map((count) => {
        return { of: nameOf('ours', count), to: nameOf('piscina', count), most: 1 / 0.95, limit: escorted }
      }),
    ],
    close: async () => {
      for (const { close } of runs) await close()
    },
  }
}

const crowded =
  'Two threads are twice as fast only with two idle processors: the dispatching thread needs some processor time too, and so does everything else that runs.'
const escorted =
  'Each activity takes 0.1 to 0.2 ms more than a bare task. It gets a view of its own, a scope that tracks its reads, and a turn in the queue, and the flock emits its events.'
const nameOf = (who: string, count: number): string => `${who}, ${count} ${count === 1 ? 'thread' : 'threads'}`

interface Run {
  readonly name: string
  readonly mapReduce: MapReduce
  close(): Promise<void>
}

async function ours(count: number): Promise<Run> {
  const memory = await openMemory({ store: mapStore() })
  const flock = await createFlock({ memory, threads: count })
  const { compute, sum } = flock.activities<typeof import('./thread-activities.ts')>(
    new URL('./thread-activities.ts', import.meta.url),
  )
  return {
    name: nameOf('ours', count),
    mapReduce: async (inputs) => {
      const { result } = await flock.mapReduce({ inputs, map: compute, reduce: (values) => sum(values), fanIn })
      return result ?? 0
    },
    close: async () => {
      await flock.close()
      await memory.close()
    },
  }
}

async function pool(count: number): Promise<Run> {
  const filename = new URL('./piscina-thread.ts', import.meta.url).href
  const piscina = new Piscina({ filename, minThreads: count, maxThreads: count })
  const run = (name: string, task: unknown): Promise<number> => piscina.run(task, { name }) as Promise<number>
  return {
    name: nameOf('piscina', count),
    mapReduce: async (inputs) => {
      let values = await Promise.all(inputs.map((rounds) => run('compute', rounds)))
      while (values.length > 1) {
        const groups = Array.from({ length: Math.ceil(values.length / fanIn) }, (_, at) =>
          values.slice(at * fanIn, (at + 1) * fanIn),
        )
        values = await Promise.all(groups.map((group) => run('sum', group)))
      }
      return values[0] ?? 0
    },
    close: () => piscina.destroy(),
  }
}
