import { Account, Emitter } from '@skein/memory/runtime'
import type { Costs, Unsubscribe } from '@skein/memory/runtime'

import { Durations } from './durations.ts'
import type { FlockEvent, FlockEventOf, FlockEventType } from './flock-events.ts'
import type { FlockStats, WorkerStats } from './flock-stats.ts'

/** Every event under its own name, and all of them under `*`. */
type Channels = {
  readonly [Name in FlockEventType | '*']: Name extends FlockEventType ? FlockEventOf<Name> : FlockEvent
}

/** Publishes what happens in a flock, and counts it. */
export class EventHub {
  readonly #emitter = new Emitter<Channels>()
  /** Whether anybody has ever listened: until then, publishing costs nothing. */
  #hasListeners = false
  readonly #waits = new Durations()
  readonly #runs = new Durations()
  readonly #costs = new Account()
  readonly #stats = {
    activities: 0,
    reusedActivities: 0,
    deadLetters: 0,
    failures: 0,
    restarts: 0,
  }

  /** Whether anybody listens to `agent.moved`: machines are watched only then. */
  get hearsMoves(): boolean {
    return this.#emitter.listenerCount('agent.moved') > 0
  }

  /** Calls back on the events of this name; on all but `agent.moved` for `*`. */
  on<Name extends keyof Channels>(name: Name, listener: (event: Channels[Name]) => void): Unsubscribe {
    this.#hasListeners = true
    return this.#emitter.on(name, listener)
  }

  /** Never throws: a listener that does becomes a warning of the process. */
  emit(event: FlockEvent): void {
    this.#count(event)
    if (!this.#hasListeners) return
    if (event.type !== 'agent.moved') this.#emitter.emit('*', event)
    this.#emitter.emit(event.type, event as never)
  }

  /** Adds what an activity took to the statistics. */
  count(costs: Costs): void {
    this.#costs.add(costs)
  }

  /** What has happened so far. */
  stats(utilization: WorkerStats['utilization']): FlockStats {
    const workers = { waitMs: this.#waits.summary(), runMs: this.#runs.summary() }
    const { used, saved } = this.#costs
    return { ...this.#stats, used, saved, workers: utilization ? { ...workers, utilization } : workers }
  }

  #count(event: FlockEvent): void {
    const stats = this.#stats
    switch (event.type) {
      case 'activity.started':
        this.#waits.record(event.waitedMs)
        return
      case 'activity.done':
        this.#runs.record(event.durationMs)
        stats.activities += 1
        return
      case 'activity.reused':
        stats.reusedActivities += 1
        return
      case 'message.deadLettered':
        stats.deadLetters += 1
        return
      case 'agent.failed':
        stats.failures += 1
        return
      case 'agent.restarted':
        stats.restarts += 1
        return
      default:
    }
  }
}
