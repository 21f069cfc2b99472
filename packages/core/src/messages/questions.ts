import { randomUUID } from 'node:crypto'

import { AgentStoppedError, AskTimeoutError } from '../errors.ts'
import type { WheelTimer, TimerWheel, TimerTarget } from './timer-wheel.ts'
import type { Message, Reply } from './message.ts'

/** How to ask an agent. */
export interface AskOptions {
  /**
   * How long to wait for the answer, in milliseconds, up to 1/64 longer; for ever when left out.
   */
  readonly timeoutMs?: number
  /** Stops the waiting; what the agent is doing goes on. */
  readonly signal?: AbortSignal
}

/** Who is asked. */
export interface Asked {
  readonly id: string
  readonly questions: Set<OpenQuestion>
  /** Throws when it can't be sent. */
  send(message: Message): void
}

/** Questions that somebody waits for, of all agents of a flock. */
export class Questions {
  readonly #timers: TimerWheel
  readonly #open = new Map<string, OpenQuestion>()
  // A durable agent may be asked in one process and answer in the next: names of different processes differ.
  readonly #name = `${randomUUID().slice(0, 8)}:`
  #count = 0

  constructor(deadlines: TimerWheel) {
    this.#timers = deadlines
  }

  ask(asked: Asked, message: Message, { timeoutMs, signal }: AskOptions): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason as Error)
        return
      }
      this.#count += 1
      const ask = this.#name + this.#count
      const question = new OpenQuestion(ask, asked, message.type, resolve, reject, () => this.#open.delete(ask))
      this.#open.set(ask, question)
      asked.questions.add(question)
      if (timeoutMs !== undefined) question.limit(this.#timers, timeoutMs)
      if (signal) question.listen(signal)
      try {
        asked.send({ ...message, ask } as Message)
      } catch (error) {
        question.reject(error)
      }
    })
  }

  /** Gives an answer to who waits for it; to nobody if nobody does. */
  answer({ ask, output, error }: Reply): void {
    const question = this.#open.get(ask)
    if (error === undefined) question?.resolve(output)
    else question?.reject(error)
  }

  /** Ends a question with an error. */
  reject(ask: string, error: unknown): void {
    this.#open.get(ask)?.reject(error)
  }

  /** Whether a question was asked here, and nobody waits for the answer any more. */
  isGivenUp(ask: string): boolean {
    return !this.#open.has(ask) && ask.startsWith(this.#name)
  }
}

/** A question that somebody waits for. */
export class OpenQuestion implements TimerTarget {
  readonly name: string
  readonly #asked: Asked
  readonly #type: string
  readonly #resolve: (output: unknown) => void
  readonly #reject: (error: Error) => void
  readonly #close: () => void
  #timer: WheelTimer | undefined
  #timeoutMs = 0
  #signal: AbortSignal | undefined

  constructor(
    name: string,
    asked: Asked,
    type: string,
    resolve: (output: unknown) => void,
    reject: (error: Error) => void,
    close: () => void,
  ) {
    this.name = name
    this.#asked = asked
    this.#type = type
    this.#resolve = resolve
    this.#reject = reject
    this.#close = close
  }

  limit(deadlines: TimerWheel, timeoutMs: number): void {
    this.#timeoutMs = timeoutMs
    this.#timer = deadlines.add(this, timeoutMs)
  }

  listen(signal: AbortSignal): void {
    this.#signal = signal
    signal.addEventListener('abort', this.#onAbort, { once: true })
  }

  resolve(output: unknown): void {
    this.#end()
    this.#resolve(output)
  }

  reject(error: unknown): void {
    this.#end()
    this.#reject(error as Error)
  }

  onTimeout(): void {
    this.reject(new AskTimeoutError(this.#asked.id, this.#type, this.#timeoutMs))
  }

  readonly #onAbort = (): void => this.reject(this.#signal?.reason)

  #end(): void {
    this.#close()
    this.#asked.questions.delete(this)
    this.#timer?.cancel()
    this.#signal?.removeEventListener('abort', this.#onAbort)
  }
}

/** Ends all questions to an agent that has ended. */
export function rejectAll(questions: Iterable<OpenQuestion>, agent: string, cause: unknown): void {
  for (const question of questions) {
    question.reject(new AgentStoppedError(agent, cause === undefined ? undefined : { cause }))
  }
}

/** Ends the questions that an agent has taken, but not those that still wait in its mailbox. */
export function rejectTaken(
  questions: Iterable<OpenQuestion>,
  waiting: ReadonlySet<string | undefined> | undefined,
  agent: string,
): void {
  const taken = [...questions].filter(({ name }) => !waiting?.has(name))
  rejectAll(taken, agent, undefined)
}
