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

/** Collects the dead letters of a flock from now on. */
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
