import { createFlock } from '@skein/core'
import { mapStore, openMemory } from '@skein/memory'
import { Piscina } from 'piscina'

import type { Asking, Contender, Question } from './question.ts'

/** What an activity costs that does next to nothing: there and back, one at a time. */
export const dispatch = (asking: Asking): Promise<Question> => dispatched(asking, 'dispatch', 1)

/** The same with 256 under way. */
export const dispatchMany = (asking: Asking): Promise<Question> => dispatched(asking, 'dispatch-many', 256)

async function dispatched({ quick }: Asking, name: string, together: number): Promise<Question> {
  const memory = await openMemory({ store: mapStore() })
  const flock = await createFlock({ memory, threads: 2 })
  const { increment } = flock.activities<typeof import('./thread-activities.ts')>(
    new URL('./thread-activities.ts', import.meta.url),
  )
  const filename = new URL('./piscina-thread.ts', import.meta.url).href
  const piscina = new Piscina({ filename, minThreads: 2, maxThreads: 2 })
  const bare = (value: number): Promise<number> => piscina.run(value, { name: 'increment' }) as Promise<number>
  return {
    name,
    unit: `round trip of an activity that does almost nothing, ${together} in flight, on 2 threads`,
    times: quick ? 256 : together === 1 ? 500 : 10 * together,
    contenders: [contender('ours', (value) => increment(value), together), contender('piscina', bare, together)],
    ratios: [],
    close: async () => {
      await flock.close()
      await memory.close()
      await piscina.destroy()
    },
  }
}

function contender(name: string, increment: (value: number) => Promise<number>, together: number): Contender {
  return {
    name,
    check: async () => {
      if ((await increment(6)) !== 7) throw new Error('It does not add one.')
    },
    run: async (times) => {
      let total = 0
      for (let time = 0; time < times; time += together) {
        const values = await Promise.all(Array.from({ length: together }, (_, at) => increment(at)))
        total += values.reduce((a, b) => a + b, 0)
      }
      return total
    },
  }
}
