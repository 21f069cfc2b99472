import { once } from 'node:events'
import { MessageChannel, Worker } from 'node:worker_threads'

import { mapStore, openMemory } from '@skein/memory'

import { figure } from './figures.ts'
import type { Asking, Contender, Question, Ratio } from './question.ts'

const sizes = [2 ** 10, 2 ** 16, 2 ** 20, 2 ** 24, 2 ** 26]

/**
 * What it takes until a worker thread has looked at an object of 1 KB to 64 MB
 * and has answered: by reference, as a structured clone, and handed over, which
 * leaves the sender without it.
 */
export async function objectSizes({ quick }: Asking): Promise<Question> {
  const memory = await openMemory({ store: mapStore() })
  const view = memory.as({ id: 'maker', role: 'bench' })
  const channel = new MessageChannel()
  memory.connect(channel.port1)
  const thread = new Worker(new URL('./object-thread.ts', import.meta.url), {
    workerData: { port: channel.port2 },
    transferList: [channel.port2],
  })
  const chosen = quick ? sizes.slice(0, 3) : sizes
  const contenders: Contender[] = []
  for (const size of chosen) {
    const content = contentOf(size)
    const ref = await view.objects.put(content)
    let handed = contentOf(size)
    contenders.push(
      contender(`reference, ${figure(size, 'bytes')}`, size, async () => {
        thread.postMessage({ refs: [ref] })
        const [sum] = (await once(thread, 'message')) as [number]
        return sum
      }),
      contender(`clone, ${figure(size, 'bytes')}`, size, async () => {
        thread.postMessage({ contents: [content] })
        const [sum] = (await once(thread, 'message')) as [number]
        return sum
      }),
      contender(`transfer, ${figure(size, 'bytes')}`, size, async () => {
        thread.postMessage({ contents: [handed], back: true }, [handed.buffer])
        const [[sum, [back]]] = (await once(thread, 'message')) as [[number, [Uint8Array<ArrayBuffer>]]]
        handed = back
        return sum
      }),
    )
  }
  return {
    name: 'object-sizes',
    unit: 'latency until a worker thread can read an object, one per message',
    times: 1,
    contenders,
    ratios: chosen.flatMap((size): Ratio[] => {
      if (size < 2 ** 24) return []
      return [{ of: `reference, ${figure(size, 'bytes')}`, to: `clone, ${figure(size, 'bytes')}`, most: 1 / 50 }]
    }),
    close: async () => {
      await thread.terminate()
      await memory.close()
    },
  }
}

function contentOf(size: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(size).fill(7)
}

function contender(name: string, size: number, send: () => Promise<number>): Contender {
  const looked = async (): Promise<number> => {
    const sum = await send()
    if (sum !== 14) throw new Error('The thread saw other bytes.')
    return sum
  }
  // So many of them that a turn takes about a millisecond at least.
  const count = size <= 2 ** 16 ? 50 : size <= 2 ** 20 ? 10 : 2
  return {
    name,
    tellsFigure: true,
    check: async () => void (await looked()),
    run: async () => {
      const startedAt = process.hrtime.bigint()
      for (let time = 0; time < count; time += 1) await looked()
      return Number(process.hrtime.bigint() - startedAt) / count
    },
  }
}
