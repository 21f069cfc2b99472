import { mapStore } from '@skein/memory'
import type { DeadlockError } from '@skein/memory'
import { expect, it } from 'vitest'

import { openFlock } from './open-flock.ts'
import type { Activities } from './open-flock.ts'

/** Work that needs a thread, and an activity that has one and waits for the work. */
async function workAndItsWaiter(threads: number, others: (report: Activities) => Promise<unknown>[] = () => []) {
  const { memory, report } = await openFlock(mapStore(), { threads })
  const [waiting, begun] = [Promise.withResolvers<unknown>(), Promise.withResolvers<void>()]
  const work = memory.as({ id: 'ann', role: 'test' }).once('k', async () => {
    begun.resolve()
    await waiting.promise
    return `doubled: ${await report.double(21)}`
  })
  await begun.promise
  const waiter = report.awaitWork('k', { onProgress: waiting.resolve })
  const outcomes = await Promise.allSettled([waiter, work, ...others(report)])
  return { outcomes, report }
}

it('an activity that has the only thread and waits for work that needs one is told so', async () => {
  const { outcomes, report } = await workAndItsWaiter(1)
  // Either of the two that wait for each other may notice it; the other one's work has failed then.
  const reasons = outcomes.flatMap((outcome) =>
    outcome.status === 'rejected' ? [outcome.reason as DeadlockError] : [],
  )
  const { cycle = [] } = reasons.find(({ code }) => code === 'SKEIN_DEADLOCK') ?? {}
  expect(cycle.map((name) => name.replace(/#.*/, '')).toSorted()).toEqual(['awaitWork', 'double', 'k'])
  expect(await report.double(2)).toBe(4)
})

it('an activity whose neighbour will leave a thread is left alone', async () => {
  const { outcomes } = await workAndItsWaiter(2, (report) => [report.sleepAlone(1_500)])
  expect(outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : outcome.reason))).toMatchObject([
    'doubled: 42',
    { value: 'doubled: 42' },
    'slept',
  ])
})
