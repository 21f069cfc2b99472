import { AssertionError } from 'node:assert'

import type { Flock } from '../flock.ts'
import type { FlockEventOf } from '../events/flock-events.ts'

/** A message that could not be delivered. */
export type DeadLetter = FlockEventOf<'message.deadLettered'>

/** The messages of a flock that could not be delivered. */
export interface DeadLetters {
  readonly all: readonly DeadLetter[]
  /** @throws AssertionError that lists them, when there are any. */
  expectNone(): void
}

/**
 * Collects the dead letters of a flock from now on.
 *
 * @example
 * ```ts
 * import { createFlock } from '@skein/core'
 * import { deadLetters, probe } from '@skein/core/testing'
 * import { mapStore, openMemory } from '@skein/memory'
 *
 * const memory = await openMemory({ store: mapStore() })
 * const flock = await createFlock({ memory })
 * const letters = deadLetters(flock)
 * probe(flock).ref.send({ type: 'draft' })
 * letters.expectNone()
 * await flock.close()
 * await memory.close()
 * ```
 */
export function deadLetters(flock: Flock): DeadLetters {
  const all: DeadLetter[] = []
  flock.on('message.deadLettered', (letter) => all.push(letter))
  return {
    all,
    expectNone: () => {
      if (all.length === 0) return
      const lines = all.map(({ agent, reason, message }) => `${agent}: ${JSON.stringify(message)} (${reason})`)
      throw new AssertionError({ message: `Expected no dead letters, got ${all.length}:\n${lines.join('\n')}` })
    },
  }
}
