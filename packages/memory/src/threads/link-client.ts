import type { MessagePort } from 'node:worker_threads'

import { fromEnvelope } from '../values/error-envelope.ts'
import { MemoryClosedError } from '../values/errors.ts'
import { unanswered } from './link-messages.ts'
import type { Call, Push, Reply } from './link-messages.ts'

/** A worker thread's end of the link. The port keeps its thread alive only while an answer is due. */
export class LinkClient {
  readonly #port: MessagePort
  readonly #waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>()
  readonly #pushed = new Map<string, (...args: never[]) => void>()
  #calls = 0
  #isClosed = false

  constructor(port: MessagePort) {
    this.#port = port
    port.on('message', (message: Reply | Push) => this.#receive(message))
    port.on('close', () => this.close())
    port.unref()
  }

  async call<Result>(method: string, ...args: unknown[]): Promise<Result> {
    if (this.#isClosed) throw new MemoryClosedError()
    const call = (this.#calls += 1)
    const answered = new Promise<unknown>((resolve, reject) => this.#waiting.set(call, { resolve, reject }))
    if (this.#waiting.size === 1) this.#port.ref()
    this.#port.postMessage({ call, method, args } satisfies Call)
    return (await answered) as Result
  }

  /** Sends a call that needs no answer. */
  notify(method: string, ...args: unknown[]): void {
    if (!this.#isClosed) this.#port.postMessage({ call: unanswered, method, args } satisfies Call)
  }

  /** Registers the listener of a pushed message. */
  onPush(name: string, listener: (...args: never[]) => void): void {
    this.#pushed.set(name, listener)
  }

  #receive(message: Reply | Push): void {
    if ('push' in message) {
      const listener = this.#pushed.get(message.push) as ((...args: readonly unknown[]) => void) | undefined
      listener?.(...message.args)
      return
    }
    const waiting = this.#waiting.get(message.call)
    if (!waiting) return
    this.#waiting.delete(message.call)
    if (this.#waiting.size === 0) this.#port.unref()
    if ('error' in message) waiting.reject(fromEnvelope(message.error))
    else waiting.resolve(message.result)
  }

  close(): void {
    this.#isClosed = true
    this.#port.close()
    for (const { reject } of this.#waiting.values()) reject(new MemoryClosedError())
    this.#waiting.clear()
  }
}
