/**
 * A process with one library, which does what it is told by messages: see
 * {@link JobOrder}. Its arguments: the library, the place, which process it is
 * and of how many.
 *
 * @module
 */

import { findJob } from './find-job.ts'
import { memoryOf } from './memory-text.ts'

/** What the process may be told to do; it answers each order once. */
export type JobOrder =
  /** Remembers so many, and recalls as many that its neighbor remembered a turn before; answers with the nanoseconds. */
  | { readonly type: 'remember'; readonly turn: number; readonly count: number }
  /** Adds 1 so often; answers how many are acknowledged. One that rejects is not, if that may happen. */
  | { readonly type: 'increment'; readonly count: number; readonly mayReject: boolean }
  /** Answers with the counter, as somebody finds it who opens the place now and has no copies. */
  | { readonly type: 'total' }
  /**
   * Runs so many steps, of which the last fails at first, and then the same run again; answers with the nanoseconds.
   */
  | { readonly type: 'steps'; readonly turn: number; readonly count: number }

const [name = '', place = '', index = '0', processes = '1'] = process.argv.slice(2)
const peer = await findJob(name)
const job = await peer.open(place)
const own = `p${index}`
const neighbor = `p${(Number(index) + 1) % Number(processes)}`

process.on(
  'message',
  (order: JobOrder) =>
    void obey(order).then(
      (answer) => process.send?.({ answer }),
      (error: unknown) => process.send?.({ error: error instanceof Error ? String(error.stack) : String(error) }),
    ),
)
process.on('disconnect', () => process.exit())
process.send?.({ answer: 'ready' })

async function obey(order: JobOrder): Promise<number> {
  if (order.type === 'remember') return remember(order)
  if (order.type === 'increment') return increment(order)
  if (order.type === 'steps') return steps(order)
  return total()
}

async function remember({ turn, count }: Extract<JobOrder, { type: 'remember' }>): Promise<number> {
  const startedAt = process.hrtime.bigint()
  for (let at = 0; at < count; at += 1) {
    await job.remember?.(own, ...memoryOf(own, turn, at))
    if (turn === 0) continue
    const [key, text] = memoryOf(neighbor, turn - 1, at)
    const recalled = await job.recall?.(neighbor, key)
    // Where memories have no keys, it is a newer one of the same length.
    const isRight = recalled?.length === text.length && recalled.startsWith(`${neighbor}/`)
    if (!isRight) throw new Error(`${neighbor} remembered ${text}, and ${String(recalled)} is recalled.`)
  }
  return Number(process.hrtime.bigint() - startedAt)
}

async function increment({ count, mayReject }: Extract<JobOrder, { type: 'increment' }>): Promise<number> {
  let acknowledged = 0
  for (let at = 0; at < count; at += 1) {
    try {
      await job.increment?.()
      acknowledged += 1
    } catch (error) {
      if (!mayReject) throw error
    }
  }
  return acknowledged
}

async function total(): Promise<number> {
  const reader = await peer.open(place)
  const found = (await reader.total?.()) ?? Number.NaN
  await reader.close()
  return found
}

async function steps({ turn, count }: Extract<JobOrder, { type: 'steps' }>): Promise<number> {
  let [calls, isOutOfOrder] = [0, true]
  const works = Array.from({ length: count }, (_, at) => async () => {
    calls += 1
    if (at === count - 1 && isOutOfOrder) throw new Error('out of order')
    return at
  })
  const run = `${own}/${turn}`
  const startedAt = process.hrtime.bigint()
  const failed = await job.steps?.(run, works).then(
    () => false,
    () => true,
  )
  isOutOfOrder = false
  const found = await job.steps?.(run, works)
  const took = Number(process.hrtime.bigint() - startedAt)
  if (!failed || found?.join() !== [...works.keys()].join()) throw new Error(`The steps found ${String(found)}.`)
  if (calls !== count + 1) throw new Error(`${count} steps, of which one failed once, were done in ${calls} calls.`)
  return took
}
