import { createFlock, extractiveModel, threadExecutor } from '@skein/core'
import type { ActivitiesOf, Flock, FlockEvent, ThreadExecutorOptions } from '@skein/core'
import { mapStore, openMemory } from '@skein/memory'
import type { StoreDriver } from '@skein/memory'
import { onTestFinished } from 'vitest'

/** A flock on a memory of its own, closed when the test ends, and all its events so far. */
export async function openFlock(
  store: StoreDriver = mapStore(),
  options: ThreadExecutorOptions = { threads: 2 },
): Promise<{ flock: Flock; report: ActivitiesOf<typeof import('./fixtures/activities.ts')>; events: FlockEvent[] }> {
  const memory = await openMemory({ store })
  const flock = await createFlock({ memory, executor: threadExecutor(memory, extractiveModel(), options) })
  const events: FlockEvent[] = []
  flock.on((event) => events.push(event))
  onTestFinished(async () => {
    await flock.close()
    await memory.close()
  })
  const report = flock.activities<typeof import('./fixtures/activities.ts')>(
    new URL('./fixtures/activities.ts', import.meta.url),
  )
  return { flock, report, events }
}
