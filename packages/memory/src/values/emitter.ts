import { EventEmitter } from 'eventemitter3'

import { warn } from './warn.ts'

/** Removes a listener. */
export type Unsubscribe = () => void

/**
 * Emits typed events inside one process, based on eventemitter3.
 *
 * Listeners are isolated: when one throws, the error becomes a process warning,
 * and the other listeners still run. Emitting without listeners costs one look-up.
 *
 * @typeParam Events - Maps event names to payload types.
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

  /**
   * Calls the listener on each event of this name until the returned function is
   * called. A listener that subscribes twice is called twice.
   */
  on<Name extends keyof Events & string>(name: Name, listener: (payload: Events[Name]) => void): Unsubscribe {
    // eventemitter3 still calls a listener that was removed during the same emit.
    let isActive = true
    const isolated = (payload: Events[Name]): void => {
      if (!isActive) return
      try {
        listener(payload)
      } catch (error) {
        warn(error)
      }
    }
    this.#events.on(name, isolated)
    return () => {
      isActive = false
      this.#events.off(name, isolated)
    }
  }

  /** Calls all listeners, in the order in which they subscribed. Never throws. */
  emit<Name extends keyof Events & string>(name: Name, payload: Events[Name]): void {
    this.#events.emit(name, payload)
  }

  /** The number of listeners for events of this name. */
  listenerCount(name: keyof Events & string): number {
    return this.#events.listenerCount(name)
  }
}
