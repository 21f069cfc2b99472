import { EventEmitter } from 'eventemitter3'

import { warn } from './warn.ts'

/** Stops a listener. */
export type Unsubscribe = () => void

/**
 * Carries typed events inside one process, on eventemitter3.
 *
 * Listeners are isolated: one that throws becomes a warning of the process, and
 * neither the emitter nor the other listeners notice.
 *
 * @typeParam Events - The payload of each event, by its name.
 *
 * @example
 * ```ts
 * import { Emitter } from '@skein/memory/runtime'
 *
 * const events = new Emitter<{ changed: number }>()
 * const seen: number[] = []
 * const stop = events.on('changed', (seq) => seen.push(seq))
 * events.emit('changed', 1)
 * stop()
 * events.emit('changed', 2)
 * seen // => [1]
 * ```
 */
export class Emitter<Events extends object> {
  readonly #events = new EventEmitter<string>()

  /** Calls back on each event of this name until the returned function is called. */
  on<Name extends keyof Events & string>(name: Name, listener: (payload: Events[Name]) => void): Unsubscribe {
    const isolated = (payload: Events[Name]): void => {
      try {
        listener(payload)
      } catch (error) {
        warn(error)
      }
    }
    this.#events.on(name, isolated)
    return () => void this.#events.off(name, isolated)
  }

  /** Calls all listeners, in the order in which they subscribed. Never throws. */
  emit<Name extends keyof Events & string>(name: Name, payload: Events[Name]): void {
    this.#events.emit(name, payload)
  }

  /** How many listeners an event of this name has. */
  listenerCount(name: keyof Events & string): number {
    return this.#events.listenerCount(name)
  }
}
