import type { MessagePort } from 'node:worker_threads'

/**
 * Sends messages over a port, in order. Those of steps that run side by side leave as one list: sending and receiving a
 * message takes longer than most of what is done with it. They leave before the steps that come next, so that nothing
 * that is sent over another port after them overtakes them.
 */
export class Outbox<Message> {
  readonly #port: MessagePort
  readonly #onRefused: (message: Message, error: unknown) => void
  #waiting: Message[] = []

  /** @param onRefused - Told of each message that can't be cloned. */
  constructor(port: MessagePort, onRefused: (message: Message, error: unknown) => void) {
    this.#port = port
    this.#onRefused = onRefused
  }

  add(message: Message): void {
    this.#waiting.push(message)
    if (this.#waiting.length === 1) queueMicrotask(() => this.flush())
  }

  /** Sends what waits, now. */
  flush(): void {
    const messages = this.#waiting
    if (messages.length === 0) return
    this.#waiting = []
    try {
      this.#port.postMessage(messages)
    } catch (error) {
      if (messages.length > 1) this.#sendEach(messages)
      else this.#onRefused(messages[0] as Message, error)
    }
  }

  /** One of them can't be cloned, and the others must not suffer from it. */
  #sendEach(messages: readonly Message[]): void {
    for (const message of messages) {
      try {
        this.#port.postMessage([message])
      } catch (error) {
        this.#onRefused(message, error)
      }
    }
  }
}
