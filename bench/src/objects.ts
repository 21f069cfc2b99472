import { MessageChannel, Worker } from 'node:worker_threads'

import { createFlock } from '@skein/core'
import { mapStore, openMemory } from '@skein/memory'
import type { Ref } from '@skein/memory'

import type { Question } from './runner.ts'

const size = 16 * 1024 * 1024

/**
 * What it takes until a worker thread has an object of 16 MB at hand and has
 * answered: by reference and as a structured clone, over the same kind of
 * message to the same kind of thread.
 */
export async function objects(): Promise<Question> {
  const memory = await openMemory({ store: mapStore() })
  const view = memory.as({ id: 'maker', role: 'bench' })
  const content = new Uint8Array(size).fill(7)
  // More objects than one: what a thread read last is not all it can have at hand.
  const refs: Ref<Uint8Array>[] = []
  for (let n = 0; n < 6; n += 1) {
    content[0] = n
    refs.push(await view.objects.put(content))
  }
  const channel = new MessageChannel()
  memory.connect(channel.port1)
  const thread = new Worker(new URL('./object-thread.ts', import.meta.url), {
    workerData: { share: memory.share(), port: channel.port2 },
    transferList: [channel.port2],
  })
  const ask = asker(thread)
  const flock = await createFlock({ memory, threads: 1 })
  const activities = flock.activities<typeof import('./object-activities.ts')>(
    new URL('./object-activities.ts', import.meta.url),
  )
  const refOf = (time: number): Ref<Uint8Array> => refs[time % refs.length] as Ref<Uint8Array>
  const expect = (answer: number, n: number): void => {
    if (answer !== n + 7) throw new Error('The thread saw other bytes.')
  }
  const inTurn = async (times: number, once: (time: number) => Promise<number>): Promise<number> => {
    let sum = 0
    for (let time = 0; time < times; time += 1) sum += await once(time)
    return sum
  }

  return {
    name: 'objects',
    unit: 'an object of 16 MB in the hands of a worker thread, and its answer back',
    times: 30,
    contenders: [
      {
        name: 'reference',
        check: async () => {
          for (const [n, ref] of refs.entries()) expect(await ask({ ref }), n)
        },
        run: (times) => inTurn(times, (time) => ask({ ref: refOf(time) })),
      },
      {
        name: 'structured clone',
        check: async () => expect(await ask({ bytes: content }), 5),
        run: (times) => inTurn(times, () => ask({ bytes: content })),
      },
      {
        name: 'nothing but the message',
        check: async () => expect(await ask({ bytes: new Uint8Array([1, 7]) }), 1),
        run: (times) => inTurn(times, () => ask({ bytes: new Uint8Array([1, 7]) })),
      },
      {
        name: 'reference, through an activity',
        check: async () => expect(await activities.firstAndLast(refOf(3)), 3),
        run: (times) => inTurn(times, (time) => activities.firstAndLast(refOf(time))),
      },
    ],
    ratios: [{ of: 'reference', to: 'structured clone', most: 1 / 50 }],
    close: async () => {
      await thread.terminate()
      await flock.close()
      await memory.close()
    },
  }
}

/** Sends a thread one message at a time and resolves to its answer. */
function asker(thread: Worker): (message: { ref: Ref<Uint8Array> } | { bytes: Uint8Array }) => Promise<number> {
  let settle: { resolve(answer: number): void; reject(error: unknown): void } | undefined
  thread.on('message', (answer: number) => settle?.resolve(answer))
  thread.on('error', (error) => settle?.reject(error))
  return (message) =>
    new Promise((resolve, reject) => {
      settle = { resolve, reject }
      thread.postMessage(message)
    })
}
