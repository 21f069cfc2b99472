import type { ModelCallDetails } from '../models/model-errors.ts'
import { estimateTokens } from '../text/estimate-tokens.ts'

/** How long to wait, in milliseconds. */
export interface Patience {
  /** For a whole answer, or for the first piece of a stream. */
  readonly timeoutMs: number
  /** For each further piece of a stream. */
  readonly idleTimeoutMs: number
}

/** How long to wait for what follows an answer, in milliseconds. */
const lastMs = 5_000

/** One request and its answer, while it runs: what has arrived, and for how long nothing has. */
export class Exchange implements Disposable {
  /** The id of the model. */
  readonly model: string
  /** The caller's, or a time-out. */
  readonly signal: AbortSignal
  /** Whether the caller wants pieces: then the answer is streamed. */
  readonly isStreamed: boolean
  readonly #onText: ((piece: string) => void) | undefined
  readonly #silence = new AbortController()
  readonly #patience: Patience
  #timer: NodeJS.Timeout
  #received = ''
  #begun = false
  #billed = 0

  constructor(
    model: string,
    patience: Patience,
    signal: AbortSignal | undefined,
    onText: ((piece: string) => void) | undefined,
  ) {
    this.model = model
    this.isStreamed = onText !== undefined
    this.#onText = onText
    this.#patience = patience
    this.signal = signal ? AbortSignal.any([signal, this.#silence.signal]) : this.#silence.signal
    this.#timer = this.#wait(patience.timeoutMs)
  }

  /** Whether a part of the answer has arrived: then the server may bill, and a retry would be billed again. */
  get begun(): boolean {
    return this.#begun
  }

  get timedOut(): boolean {
    return this.#silence.signal.aborted
  }

  /** Notes that a part of the answer has arrived. @param received - Text of it that was generated, and may be billed. */
  arrive(received = ''): void {
    this.#received += received
    if (this.isStreamed && this.#begun) this.#timer.refresh()
    else if (this.isStreamed) {
      clearTimeout(this.#timer)
      this.#timer = this.#wait(this.#patience.idleTimeoutMs)
    }
    this.#begun = true
  }

  /** Notes that the answer is complete. Its usage may follow, but not for long. */
  complete(): void {
    clearTimeout(this.#timer)
    this.#timer = this.#wait(Math.min(this.#patience.idleTimeoutMs, lastMs))
  }

  /** Hands the caller a piece of the text. */
  show(piece: string): void {
    if (piece !== '') this.#onText?.(piece)
  }

  /** Begins the next request of several, after one that was answered. @param billed - The tokens of all so far. */
  beginNext(billed: number): void {
    this.#billed = billed
    this.#begun = false
    this.#timer.refresh()
  }

  /** The tokens that requests before this one used. */
  get billed(): number {
    return this.#billed
  }

  /** The tokens that the server may bill. @param input - Those of the request. */
  usedTokens(input: number): NonNullable<ModelCallDetails['usedTokens']> {
    return { input: this.#billed + input, output: estimateTokens(this.#received) }
  }

  #wait(ms: number): NodeJS.Timeout {
    return setTimeout(() => this.#silence.abort(), ms)
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer)
  }
}
