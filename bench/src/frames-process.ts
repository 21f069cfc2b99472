/**
 * A flock under load whose dashboard a browser draws: prints the link, and goes
 * on until it is ended.
 *
 * `node frames-process.ts`
 *
 * @module
 */

import { behavior, createFlock } from '@skein/core'
import { serveDashboard } from '@skein/dashboard'
import { mapStore, openMemory } from '@skein/memory'

const [agents, tasks, objects, eventsPerSecond] = [200, 8, 3_000, 2_000]
const tickMs = 20

// Nothing is kept of earlier versions: an object that is written again is the same object on the map.
const memory = await openMemory({ store: mapStore() })
const flock = await createFlock({ memory, threads: 1 })
const clerk = behavior({ role: 'clerk', initial: 0, receive: (count: number) => count + 1 })
const views = Array.from({ length: agents }, (_, n) => flock.spawn(clerk, { id: `clerk-${n + 1}` }).memory)
const principal = { id: 'ada', role: 'operator', rights: ['audit'] } as const
const { url } = await serveDashboard({ memory, flock, principal })

/** One of four events is a write, the others are reads of what somebody else wrote. */
let step = 0
async function act(): Promise<void> {
  step += 1
  const view = views[(step * 7_919) % agents]
  const key = `note/${(step * 104_729) % objects}`
  if (!view) throw new Error('There is an agent of each number.')
  if (step <= objects || step % 4 === 0) {
    const name = step <= objects ? `note/${step - 1}` : key
    await view.facts.set(name, { step }, { task: `task ${step % tasks}` })
  } else await view.facts.get(key)
}

while (step < objects) await Promise.all(Array.from({ length: 100 }, act))
let sentAt = performance.now()
setInterval(() => {
  const now = performance.now()
  // As many as are due, even if the timer is late.
  const due = Math.round(((now - sentAt) * eventsPerSecond) / 1_000)
  sentAt = now
  void Promise.all(Array.from({ length: due }, act))
}, tickMs)
process.send?.(url)
process.on('disconnect', () => process.exit())
