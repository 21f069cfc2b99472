import { MessageChannel, Worker } from 'node:worker_threads'

import { createFlock } from '@skein/core'
import { mapStore, openMemory } from '@skein/memory'
import type { Ref } from '@skein/memory'

import type { Asking, Contender, Question } from './question.ts'

const size = 16 * 1024 * 1024

/** Objects that one message brings. */
const together = 8

/**
 * What it takes until a worker thread has an object of 16 MB at hand: by
 * reference and as a structured clone, several in one message, answered when
 * the thread has looked at each.
 */
export async function objects({ quick }: Asking): Promise<Question> {
  const memory = await openMemory({ store: mapStore() })
  const view = memory.as({ id: 'maker', role: 'bench' })
  const contents = Array.from({ length: together }, (_, n) => new Uint8Array(size).fill(7).fill(n, 0, 1))
  const refs: Ref<Uint8Array>[] = []
  for (const content of contents) refs.push(await view.objects.put(content))
  const channel = new MessageChannel()
  memory.connect(channel.port1)
  const thread = new Worker(new URL('./object-thread.ts', import.meta.url), {
    workerData: { port: channel.port2 },
    transferList: [channel.port2],
  })
  const ask = asker(thread)
  const flock = await createFlock({ memory, threads: 1 })
  const activities = flock.activities<typeof import('./object-activities.ts')>(
    new URL('./object-activities.ts', import.meta.url),
  )
  const small = contents.map((content) => new Uint8Array([content[0] ?? 0, 7]))
  const expected = contents.reduce((sum, content) => sum + (content[0] ?? 0) + 7, 0)
  const contender = (name: string, once: () => Promise<number>): Contender => ({
    name,
    check: async () => {
      if ((await once()) !== expected) throw new Error(`${name}: the thread saw other bytes.`)
    },
    run: async (times) => {
      let sum = 0
      for (let time = 0; time < times; time += together) sum += await once()
      return sum
    },
  })

  return {
    name: 'objects',
    unit: `latency until a worker thread can read an object of 16 MB, ${together} per message`,
    times: quick ? together : 5 * together,
    contenders: [
      contender('reference', () => ask({ refs })),
      contender('structured clone', () => ask({ contents })),
      contender('message only', () => ask({ contents: small })),
      contender('reference, through activities', async () => {
        const sums = await Promise.all(refs.map((ref) => activities.firstAndLast(ref)))
        return sums.reduce((a, b) => a + b, 0)
      }),
    ],
    ratios: [{ of: 'reference', to: 'structured clone', most: 1 / 50 }],
    close: async () => {
      await thread.terminate()
      await flock.close()
      await memory.close()
    },
  }
}

type Message = { readonly refs: readonly Ref<Uint8Array>[] } | { readonly contents: readonly Uint8Array[] }

/** Sends a thread one message at a time and resolves to its answer. */
function asker(thread: Worker): (message: Message) => Promise<number> {
  let settle: { resolve(answer: number): void; reject(error: unknown): void } | undefined
  thread.on('message', (answer: number) => settle?.resolve(answer))
  thread.on('error', (error) => settle?.reject(error))
  return (message) =>
    new Promise((resolve, reject) => {
      settle = { resolve, reject }
      thread.postMessage(message)
    })
}
