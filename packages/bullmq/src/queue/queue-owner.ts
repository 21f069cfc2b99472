import { randomUUID } from 'node:crypto'

import type { Memory } from '@skein/memory'
import { ReadScope } from '@skein/memory/runtime'
import type { Redis } from 'ioredis'

import type { QueueNames } from './queue-names.ts'
import { QueueMismatchError } from './queue-errors.ts'

/** How long an unused queue stays bound to its memory, in milliseconds: a month. */
const boundMs = 30 * 24 * 3_600_000

const owner = { id: 'queue', role: 'queue', clearance: { level: 'confidential' } } as const

/**
 * Makes sure that everybody who uses a queue has opened the same memory, with the same keys: who comes first leaves a
 * random name in the memory, sealed as secrets are, and beside the queue. Everybody else compares.
 *
 * @throws QueueMismatchError; MissingKeyError when the memory seals with a key that is not given here; StoreError
 */
export async function bindQueue(memory: Memory, client: Redis, names: QueueNames): Promise<void> {
  const scope = new ReadScope()
  scope.noteLabel({ sensitivity: 'confidential', compartments: [] })
  const state = memory.as(owner, scope).state<{ readonly id: string }>(`queue/${names.queue}`, boundMs)
  const id = await state.change((known) => {
    const bound = known ?? { id: randomUUID() }
    // A new object, so that it is written and lives on.
    return { state: { ...bound }, result: bound.id }
  })
  const own = JSON.stringify({ id, space: memory.space })
  const key = names.key('owner')
  const found = (await client.set(key, own, 'PX', boundMs, 'NX', 'GET')) as string | null
  if (found === null || found === own) {
    await client.pexpire(key, boundMs)
    return
  }
  const { space } = JSON.parse(found) as { readonly space: string }
  throw new QueueMismatchError(names.queue, space, memory.space)
}
