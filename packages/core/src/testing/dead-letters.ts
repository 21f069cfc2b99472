import { AssertionError } from 'node:assert'

import type { Flock } from '../flock.ts'
import type { FlockEvent } from '../events/flock-events.ts'

/** A message that could not be delivered. */
export type DeadLetter = Extract<FlockEvent, { type: 'message.deadLettered' }>

/** Messages of a flock that could not be delivered, since it was made. */
export interface DeadLetters {
  readonly all: readonly DeadLetter[]
  /** @throws AssertionError that names them, when there are any. */
  expectNone(): void
}

/** Collects the dead letters of a flock from now on. */
export function deadLetters(flock: Flock): DeadLetters {
  const all: DeadLetter[] = []
  flock.on((event) => event.type === 'message.deadLettered' && all.push(event))
  return {
    all,
    expectNone: () => {
      if (all.length === 0) return
      const told = all.map(({ agent, reason, message }) => `${agent}: ${JSON.stringify(message)} (${reason})`)
      throw new AssertionError({ message: `Expected no dead letters, got ${all.length}:\n${told.join('\n')}` })
    },
  }
}
