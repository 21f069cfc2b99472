import { bullmqExecutor, createWorker } from '@skein/bullmq'
import type { BullmqExecutorOptions, Worker, WorkerOptions } from '@skein/bullmq'
import { createFlock } from '@skein/core'
import type { ActivitiesOf, Flock } from '@skein/core'
import { openMemory } from '@skein/memory'
import type { Memory } from '@skein/memory'
import { redisStore } from '@skein/redis'
import { afterAll, beforeAll, onTestFinished } from 'vitest'

import { startServer } from '../../redis/test/redis-server.ts'
import type { TestServer } from '../../redis/test/redis-server.ts'

export const module: URL = new URL('./fixtures/activities.ts', import.meta.url)

export type Work = ActivitiesOf<typeof import('./fixtures/activities.ts')>

/** One server for the tests of a file. */
export function useServer(): { readonly server: TestServer } {
  let started: TestServer | undefined
  beforeAll(async () => {
    started = await startServer()
  })
  afterAll(() => started?.stop())
  return {
    get server() {
      if (!started) throw new Error('The server starts before the first test of the file.')
      return started
    },
  }
}

/** Opens the memory of a space, until the test ends. */
export async function openSpace(server: TestServer, space: string): Promise<Memory> {
  const memory = await openMemory({ store: redisStore(server.url), space })
  onTestFinished(() => memory.close())
  return memory
}

/** A flock whose activities run on workers of a queue, until the test ends. */
export async function openCaller(
  server: TestServer,
  queue: string,
  options: Partial<BullmqExecutorOptions> = {},
): Promise<{ memory: Memory; flock: Flock; work: Work }> {
  const memory = await openSpace(server, queue)
  const flock = await createFlock({ memory, executor: bullmqExecutor({ connection: server.url, queue, ...options }) })
  onTestFinished(() => flock.close())
  return { memory, flock, work: flock.activities<typeof import('./fixtures/activities.ts')>(module) }
}

/** A worker with a memory of its own, until the test ends. */
export async function openWorker(
  server: TestServer,
  queue: string,
  options: Partial<WorkerOptions> = {},
): Promise<Worker> {
  const memory = await openSpace(server, queue)
  const worker = await createWorker({
    memory,
    connection: server.url,
    queue,
    activities: [module],
    threads: 1,
    ...options,
  })
  onTestFinished(() => worker.close())
  return worker
}
