import type { MessagePort } from 'node:worker_threads'

import { fromEnvelope } from '../values/error-envelope.ts'
import { MemoryClosedError } from '../values/errors.ts'
import { warn } from '../values/warn.ts'
import { unanswered } from './link-messages.ts'
import type { Call, Push, Reply } from './link-messages.ts'

/** A worker thread's end of the link. The port keeps the event loop alive only while a call is pending. */
export class LinkClient {
  readonly #port: MessagePort
  readonly #pending = new Map<number, { resolve(value: unknown): void; reject(error: unknown): void }>()
  readonly #pushListeners = new Map<string, (...args: never[]) => void>()
  #calls = 0
  #isClosed = false

  constructor(port: MessagePort) {
    this.#port = port
    port.on('message', (messages: readonly (Reply | Push)[]) => {
      for (const message of messages) this.#receive(message)
    })
    port.on('close', () => this.close())
    port.unref()
  }

  /**
   * Calls a handler in the opening thread and resolves to its result.
   *
   * @throws MemoryClosedError when the link is closed; whatever the handler throws.
   */
  async call<Result>(method: string, ...args: unknown[]): Promise<Result> {
    if (this.#isClosed) throw new MemoryClosedError()
    const call = (this.#calls += 1)
    const reply = new Promise<unknown>((resolve, reject) => this.#pending.set(call, { resolve, reject }))
    if (this.#pending.size === 1) this.#port.ref()
    this.#post({ call, method, args })
    return (await reply) as Result
  }

  /** Sends a call that expects no reply. */
  notify(method: string, ...args: unknown[]): void {
    if (!this.#isClosed) this.#post({ call: unanswered, method, args })
  }

  /** Sets the listener for pushed messages of this name. */
  onPush(name: string, listener: (...args: never[]) => void): void {
    this.#pushListeners.set(name, listener)
  }

  #receive(message: Reply | Push): void {
    if ('push' in message) {
      const listener = this.#pushListeners.get(message.push) as ((...args: readonly unknown[]) => void) | undefined
      listener?.(...message.args)
      return
    }
    const pending = this.#taken(message.call)
    if ('error' in message) pending?.reject(fromEnvelope(message.error))
    else pending?.resolve(message.result)
  }

  /** At once: the thread may compute for long from here on, or end. */
  #post(call: Call): void {
    try {
      this.#port.postMessage(call)
    } catch (error) {
      // An argument can't be cloned.
      if (call.call === unanswered) warn(error)
      else this.#taken(call.call)?.reject(error)
    }
  }

  #taken(call: number): { resolve(value: unknown): void; reject(error: unknown): void } | undefined {
    const pending = this.#pending.get(call)
    this.#pending.delete(call)
    if (this.#pending.size === 0) this.#port.unref()
    return pending
  }

  /** Closes the port. Pending calls reject with MemoryClosedError. */
  close(): void {
    this.#isClosed = true
    this.#port.close()
    for (const { reject } of this.#pending.values()) reject(new MemoryClosedError())
    this.#pending.clear()
  }
}
