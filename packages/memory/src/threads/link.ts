import { warn } from '../values/warn.ts'
import type { MessagePort } from 'node:worker_threads'

import { fromEnvelope, toEnvelope } from '../values/error-envelope.ts'
import type { ErrorEnvelope } from '../values/error-envelope.ts'
import { MemoryClosedError } from '../values/errors.ts'

/** What the opening thread does for the others: methods by name, called over a port. */
export type LinkHandlers = Readonly<Record<string, (...args: never[]) => unknown>>

/** The number of a call that wants no answer. */
const unanswered = 0

interface Call {
  readonly call: number
  readonly method: string
  readonly args: readonly unknown[]
}

type Reply =
  | { readonly call: number; readonly result: unknown }
  | { readonly call: number; readonly error: ErrorEnvelope }

/** Something the opening thread says unasked. */
interface Push {
  readonly push: string
  readonly args: readonly unknown[]
}

/** Answers calls that come over the port, until it closes. */
export function serveLink(port: MessagePort, handlers: LinkHandlers): { push(name: string, ...args: unknown[]): void } {
  port.on('message', (call: Call) => {
    void answer(handlers, call).then((reply) => {
      if (call.call !== unanswered) port.postMessage(reply)
      else if ('error' in reply) warn(fromEnvelope(reply.error))
    })
  })
  port.unref()
  return { push: (push, ...args) => port.postMessage({ push, args } satisfies Push) }
}

async function answer(handlers: LinkHandlers, { call, method, args }: Call): Promise<Reply> {
  try {
    const handler = handlers[method] as ((...args: readonly unknown[]) => unknown) | undefined
    if (!handler) throw new TypeError(`Unknown call ${method}.`)
    return { call, result: await handler(...args) }
  } catch (error) {
    return { call, error: toEnvelope(error) }
  }
}

/** The asking end. While an answer is due the port keeps its thread alive, otherwise not. */
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

  /** Says something that needs no answer. */
  notify(method: string, ...args: unknown[]): void {
    if (!this.#isClosed) this.#port.postMessage({ call: unanswered, method, args } satisfies Call)
  }

  /** Registers what to do when the other end pushes. */
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
