import { once } from 'node:events'
import { MessageChannel } from 'node:worker_threads'

import { createFlock } from '@skein/core'
import type { AnyActivityRef, RunActivityOptions } from '@skein/core'
import { mapStore, openMemory } from '@skein/memory'
import { Piscina } from 'piscina'

import { askedFor, middle, turn } from './actors.ts'
import type { Contender, Question } from './question.ts'

const sliceMs = 1

/** Work that goes on until it is aborted, in a pool of one thread. */
interface Pool {
  /** Starts it; resolves when it has begun. */
  begin(signal: AbortSignal): Promise<{ readonly ended: Promise<unknown> }>
  /** Resolves to when the thread began with it. */
  next(): Promise<bigint>
}

/** How long after work was aborted the only thread begins with the next. */
export async function cancel(): Promise<Question> {
  const memory = await openMemory({ store: mapStore() })
  const flock = await createFlock({ memory, threads: 1 })
  const { untilAborted, waitForAbort, beginning } = flock.activities<typeof import('./cancel-activities.ts')>(
    new URL('./cancel-activities.ts', import.meta.url),
  )
  const filename = new URL('./cancel-thread.ts', import.meta.url).href
  const piscina = new Piscina({ filename, minThreads: 1, maxThreads: 1 })
  const ours = (run: (options: RunActivityOptions) => ReturnType<AnyActivityRef>): Pool => ({
    begin: async (signal) => {
      const { promise: hasBegun, resolve } = Promise.withResolvers<unknown>()
      const ended = run({ signal, onProgress: resolve })
      await hasBegun
      return { ended }
    },
    next: () => beginning(null),
  })
  return {
    name: 'cancel',
    unit: 'time from abort() to the start of the next activity on the only thread: the median',
    times: 5,
    contenders: [
      contender(
        'ours, work in slices of 1 ms',
        ours((options) => untilAborted(sliceMs, options)),
      ),
      contender(
        'ours, work that waits',
        ours((options) => waitForAbort(null, options)),
      ),
      contender('piscina, which ends the thread', {
        begin: async (signal) => {
          const { port1, port2 } = new MessageChannel()
          const options = { name: 'forever', signal, transferList: [port2] }
          const ended = piscina.run({ sliceMs, begun: port2 }, options)
          await once(port1, 'message')
          port1.close()
          return { ended }
        },
        next: () => piscina.run(undefined, { name: 'beginning' }) as Promise<bigint>,
      }),
      askedFor('5 ms', 5e6),
    ],
    ratios: [
      { of: 'ours, work in slices of 1 ms', to: 'target: 5 ms', most: 1 },
      { of: 'ours, work that waits', to: 'target: 5 ms', most: 1 },
      { of: 'ours, work in slices of 1 ms', to: 'piscina, which ends the thread', most: 1 / 5 },
    ],
    close: async () => {
      await piscina.destroy()
      await flock.close()
      await memory.close()
    },
  }
}

function contender(name: string, pool: Pool): Contender {
  const one = async (): Promise<number> => {
    const control = new AbortController()
    const { ended } = await pool.begin(control.signal)
    const end = Promise.allSettled([ended])
    // Waits for the thread already.
    const next = pool.next()
    await turn()
    const abortedAt = process.hrtime.bigint()
    control.abort(new Error('no longer wanted'))
    const took = Number((await next) - abortedAt)
    const [how] = await end
    if (how.status === 'fulfilled' && how.value !== 'gave up') throw new Error(`${name} was not aborted.`)
    if (took < 0) throw new Error(`${name} began with the next before it had ended the first.`)
    return took
  }
  return {
    name,
    tellsFigure: true,
    check: async () => void (await one()),
    run: async (times) => {
      const took: number[] = []
      for (let time = 0; time < times; time += 1) took.push(await one())
      return middle(took)
    },
  }
}
