import { Emitter } from '../values/emitter.ts'
import type { Unsubscribe } from '../values/emitter.ts'
import { warn } from '../values/warn.ts'

/** Events about a memory's connection to its store. Each is reported once. */
export interface MemoryEvents {
  /** The store can't be reached, or changes by other processes may be missed. Waiting calls continue to wait. */
  readonly disconnected: DisconnectedEvent
  /** The outage is over: everything that happened meanwhile is known, and nothing that was waited for was missed. */
  readonly reconnected: ReconnectedEvent
  /**
   * The store lost changes that this process may have seen, for example because it was restarted from an older
   * snapshot. Watches end with a `FeedTrimmedError`, and claims that were lost with the data end.
   */
  readonly dataLost: DataLostEvent
}

/** See {@link MemoryEvents}. */
export interface DisconnectedEvent {
  readonly space: string
  /** Why, if a call failed; `undefined` when the store reported that its link is down. */
  readonly error: unknown
}

/** See {@link MemoryEvents}. */
export interface ReconnectedEvent {
  readonly space: string
  /** How long the outage was, in milliseconds. */
  readonly outageMs: number
}

/** See {@link MemoryEvents}. */
export interface DataLostEvent {
  readonly space: string
}

/** Tells of outages: by an event to those who listen, otherwise by a warning of the process. */
export class StoreLink {
  readonly #space: string
  readonly #events = new Emitter<MemoryEvents>()
  #lostAt = 0

  constructor(space: string) {
    this.#space = space
  }

  on<Name extends keyof MemoryEvents>(name: Name, listener: (event: MemoryEvents[Name]) => void): Unsubscribe {
    return this.#events.on(name, listener)
  }

  lost(error: unknown): void {
    this.#lostAt = performance.now()
    const why = error instanceof Error ? ` ${error.message}` : ''
    this.#tell(
      'disconnected',
      { space: this.#space, error },
      'SKEIN_DISCONNECTED',
      `The memory "${this.#space}" has lost the connection to its store, and continues when it is back.${why}`,
    )
  }

  restored(): void {
    this.#events.emit('reconnected', { space: this.#space, outageMs: performance.now() - this.#lostAt })
  }

  dataLost(): void {
    this.#tell(
      'dataLost',
      { space: this.#space },
      'SKEIN_DATA_LOST',
      `The store of the memory "${this.#space}" lost changes. Watches of its feed end, and so do the claims that were lost.`,
    )
  }

  #tell<Name extends keyof MemoryEvents>(name: Name, event: MemoryEvents[Name], code: string, text: string): void {
    if (this.#events.listenerCount(name) > 0) this.#events.emit(name, event)
    else warn(text, code)
  }
}
