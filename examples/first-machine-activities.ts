/** The activities of `first-machine.ts`, which run in worker threads. */
import { activity } from '@skein/core'
import type { Activity } from '@skein/core'

/** Looks up how much a customer has paid so far. */
export const lookUp: Activity<string, number> = activity(
  async ({ memory, progress }, customer) => {
    progress(`looking up ${customer}`)
    const paid = customer.length * 1_000
    await memory.observations.log({ task: customer, value: `has paid ${paid} so far` })
    return paid
  },
  { kind: 'io', shared: true, retry: { attempts: 3 }, timeoutMs: 10_000 },
)
