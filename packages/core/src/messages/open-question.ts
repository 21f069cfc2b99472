import type { ReadScope } from '@skein/memory/runtime'

import { AskTimeoutError } from './message-errors.ts'
import type { TimerTarget, TimerWheel, WheelTimer } from './timer-wheel.ts'

/** A question that somebody waits for. */
export class OpenQuestion implements TimerTarget {
  readonly name: string
  readonly #agent: string
  readonly #type: string
  readonly #resolve: (output: unknown) => void
  readonly #reject: (error: Error) => void
  readonly #close: (question: OpenQuestion) => void
  /** Called once when it is over, with the error that it ended with, if any. */
  onEnd: ((error: unknown) => void) | undefined
  /** What the asker has read. */
  scope: ReadScope | undefined
  #timer: WheelTimer | undefined
  #timeoutMs = 0
  #signal: AbortSignal | undefined

  /**
   * @param agent - Who is asked.
   * @param type - The type of the message.
   * @param close - Called once, when the question is answered or given up.
   */
  constructor(
    name: string,
    agent: string,
    type: string,
    resolve: (output: unknown) => void,
    reject: (error: Error) => void,
    close: (question: OpenQuestion) => void,
  ) {
    this.name = name
    this.#agent = agent
    this.#type = type
    this.#resolve = resolve
    this.#reject = reject
    this.#close = close
  }

  /** Gives the question up after so long. */
  limit(timers: TimerWheel, timeoutMs: number): void {
    this.#timeoutMs = timeoutMs
    this.#timer = timers.add(this, timeoutMs)
  }

  /** Gives the question up when the signal is aborted. */
  listen(signal: AbortSignal): void {
    this.#signal = signal
    signal.addEventListener('abort', this.#onAbort, { once: true })
  }

  resolve(output: unknown): void {
    this.#end()
    this.#resolve(output)
  }

  reject(error: unknown): void {
    this.#end(error)
    this.#reject(error as Error)
  }

  onTimeout(): void {
    this.reject(new AskTimeoutError(this.#agent, this.#type, this.#timeoutMs))
  }

  readonly #onAbort = (): void => this.reject(this.#signal?.reason)

  #end(error?: unknown): void {
    this.onEnd?.(error)
    this.#close(this)
    this.#timer?.cancel()
    this.#signal?.removeEventListener('abort', this.#onAbort)
  }
}
