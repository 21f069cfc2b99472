import type { FlockEvent, FlockStats } from './flock-events.ts'
import { warn } from '../base/warn.ts'

/** Counts that go on being added to. */
export type Counts = { -readonly [Name in keyof FlockStats]: number }

/** Tells everyone who listens what happens in a flock, and counts it. */
export class EventHub {
  readonly counts: Counts = {
    activities: 0,
    reusedActivities: 0,
    modelCalls: 0,
    reusedCalls: 0,
    inputTokens: 0,
    outputTokens: 0,
    savedTokens: 0,
    savedMs: 0,
    deadLetters: 0,
    failures: 0,
    restarts: 0,
  }
  readonly #listeners = new Set<(event: FlockEvent) => void>()

  on(listener: (event: FlockEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  emit(event: FlockEvent): void {
    if (event.type === 'message.deadLettered') this.counts.deadLetters += 1
    if (event.type === 'agent.failed') this.counts.failures += 1
    if (event.type === 'agent.restarted') this.counts.restarts += 1
    // One listener's fault is its own: it must not fail what it was told of.
    for (const listener of this.#listeners) {
      try {
        listener(event)
      } catch (error) {
        warn(error)
      }
    }
  }
}
