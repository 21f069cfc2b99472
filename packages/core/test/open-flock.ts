import { createFlock, extractiveModel } from '@skein/core'
import { threadExecutor } from '@skein/core/executor'
import type { ActivitiesOf, Flock, FlockEvent, FlockOptions } from '@skein/core'
import type { ThreadExecutorOptions } from '@skein/core/executor'
import type { FlockEventOf, FlockEventType } from '@skein/core/types'
import { mapStore, openMemory } from '@skein/memory'
import type { Memory } from '@skein/memory'
import type { StoreDriver } from '@skein/memory/store'
import { onTestFinished } from 'vitest'

import { systemClock } from '../src/base/clock.ts'
import type { Clock } from '../src/base/clock.ts'

const followed: (() => boolean)[] = []

/** The machine's time; it knows when all is delivered. */
const clock: Clock = { ...systemClock, follow: (isIdle) => void followed.push(isIdle) }

/** Resolves when every message is delivered that can be, in all flocks of the file. */
export async function settled(): Promise<void> {
  do await new Promise((resolve) => setImmediate(resolve))
  while (!followed.every((isIdle) => isIdle()))
}

/** The activities that tests run. */
export type Activities = ActivitiesOf<typeof import('./fixtures/activities.ts')>

/** A flock on a memory of its own, closed when the test ends, and all its events so far. */
export async function openFlock(
  store: StoreDriver = mapStore(),
  threads: ThreadExecutorOptions = { threads: 2 },
  options: Partial<FlockOptions> = {},
): Promise<{ flock: Flock; report: Activities; events: FlockEvent[]; memory: Memory }> {
  const memory = await openMemory({ store })
  const executor = threadExecutor(memory, extractiveModel(), threads)
  const flock = await createFlock({ memory, executor, clock, ...options })
  const events: FlockEvent[] = []
  flock.on((event) => events.push(event))
  onTestFinished(async () => {
    await flock.close()
    await memory.close()
  })
  return { flock, report: activitiesOf(flock), events, memory }
}

/** Handles of the activities that tests run. */
export function activitiesOf(flock: Flock): Activities {
  return flock.activities<typeof import('./fixtures/activities.ts')>(
    new URL('./fixtures/activities.ts', import.meta.url),
  )
}

/** Resolves to the next event of a type. */
export function nextEvent<Type extends FlockEventType>(flock: Flock, type: Type): Promise<FlockEventOf<Type>> {
  return new Promise((resolve) => {
    const stop = flock.on(type, (event) => {
      stop()
      resolve(event)
    })
  })
}

/** Resolves to the next warning of the process. */
export function nextWarning(): Promise<Error> {
  return new Promise((resolve) => process.once('warning', resolve))
}
