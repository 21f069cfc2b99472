import { once } from 'node:events'
import type { Worker } from 'node:worker_threads'

import { createFlock, startThreads } from '@skein/core'
import type { StartedThreads, StartThreadsOptions } from '@skein/core'
import type { Model } from '@skein/core/executor'
import { mapStore, openMemory, OptionError } from '@skein/memory'
import { expect, it, onTestFinished } from 'vitest'

import { silentModel } from './fixtures/silent-model.ts'
import type { Activities } from './open-flock.ts'

const module = new URL('./fixtures/activities.ts', import.meta.url)
/** Starts threads, and says which workers this process starts from now on. */
async function started(
  options?: StartThreadsOptions,
): Promise<{ readonly threads: StartedThreads; readonly workers: Worker[]; readonly first: Worker }> {
  const workers: Worker[] = []
  const note = (worker: Worker): unknown => workers.push(worker)
  process.on('worker', note)
  const threads = startThreads(options)
  onTestFinished(async () => {
    process.off('worker', note)
    await threads[Symbol.asyncDispose]()
  })
  const [first] = (await once(process, 'worker')) as [Worker]
  return { threads, workers, first }
}

/** A flock that runs its activities on these threads, closed when the test ends. */
async function flockOn({ executor }: StartedThreads, model?: Model): Promise<Activities> {
  const memory = await openMemory({ store: mapStore() })
  onTestFinished(() => memory.close())
  const flock = await createFlock({ memory, executor, ...(model && { model }) })
  onTestFinished(() => flock.close())
  return flock.activities<typeof import('./fixtures/activities.ts')>(module)
}

it('start before there is a memory, and run the activities of a flock', async () => {
  const { threads, workers, first } = await started({ threads: 1 })
  const report = await flockOn(threads)
  expect(await report.double(21)).toBe(42)
  expect(await report.whereAmI(null)).toBe(first.threadId)
  expect(workers).toEqual([first])
})

it('reach the memory that the flock is opened on later', async () => {
  const { threads, first } = await started()
  await once(first, 'message')
  const report = await flockOn(threads)
  expect(await report.countIn('visits')).toBe(1)
  expect(await report.countIn('visits')).toBe(2)
})

it('are for one flock', async () => {
  const { threads } = await started()
  const report = await flockOn(threads)
  await expect(flockOn(threads)).rejects.toThrow(OptionError)
  expect(await report.double(1)).toBe(2)
})

it('are for the model that they were given', async () => {
  await expect(flockOn((await started()).threads, silentModel())).rejects.toThrow(/`model`.*startThreads/)
  await expect(flockOn((await started({ model: silentModel() })).threads)).rejects.toThrow(/`model`.*startThreads/)
  const report = await flockOn((await started({ model: silentModel() })).threads, silentModel())
  expect(await report.double(2)).toBe(4)
})

it('refuse a model that threads can not load, and options out of range', () => {
  const { id, cite } = silentModel()
  expect(() => startThreads({ model: { id, ...(cite && { cite }) } })).toThrow(OptionError)
  expect(() => startThreads({ threads: 0 })).toThrow(OptionError)
})

it('end when they are disposed of, unless a flock has them', async () => {
  const { threads, first } = await started()
  await Promise.all([once(first, 'exit'), threads.close()])
  await expect(flockOn(threads)).rejects.toThrow(OptionError)

  const taken = (await started()).threads
  const report = await flockOn(taken)
  await taken.close()
  expect(await report.double(3)).toBe(6)
})

it('that can not start fail the activities', async () => {
  const { threads, first } = await started({ execArgv: ['--import', './no-such-file.js'] })
  await once(first, 'error')
  const report = await flockOn(threads)
  await expect(report.double(1)).rejects.toMatchObject({ name: 'ThreadStartError' })
})
