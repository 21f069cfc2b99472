import { randomUUID } from 'node:crypto'

import { requireDuration, requireOptions } from '@skein/memory/runtime'
import type { OptionKinds, ReadScope } from '@skein/memory/runtime'
import type { Label } from '@skein/memory/store'

import { AgentStoppedError } from './message-errors.ts'
import { labelOfMessage, withLabel } from './message-label.ts'
import { askOf } from './message.ts'
import type { Message, Reply } from './message.ts'
import { OpenQuestion } from './open-question.ts'
import type { Receiver } from './receiver.ts'
import type { TimerWheel } from './timer-wheel.ts'

/** How to ask an agent. */
export interface AskOptions {
  /**
   * How long to wait for the answer, in milliseconds; the wait may end up to 1/64 late.
   * `Number.POSITIVE_INFINITY` for no limit.
   *
   * @defaultValue the flock's `askTimeoutMs`: 30_000
   */
  readonly timeoutMs?: number
  /** Stops waiting; the agent itself keeps working. */
  readonly signal?: AbortSignal
  /** What the asker has read: the question is as sensitive as that, and the scope notes how sensitive the answer is. */
  readonly scope?: ReadScope
}

const unlimited = Number.POSITIVE_INFINITY

// A step of map-reduce may pass its own options on.
const kinds: OptionKinds<AskOptions & { across: boolean }> = {
  timeoutMs: 'any',
  signal: 'object',
  scope: 'object',
  across: 'boolean',
}

/** Who is asked. */
type Asked = Pick<Receiver, 'id' | 'answersTo' | 'questions' | 'send'>

/** The open questions to all agents of a flock. */
export class Questions {
  readonly #timers: TimerWheel
  readonly #timeoutMs: number
  readonly #open = new Map<string, OpenQuestion>()
  // A durable agent may be asked in one process and answer in the next: names of different processes differ.
  readonly #prefix = `${randomUUID().slice(0, 8)}:`
  #count = 0

  /** @param timeoutMs - Of questions that name none; `undefined` for 30,000. @throws OptionError */
  constructor(timers: TimerWheel, timeoutMs = 30_000) {
    if (timeoutMs !== unlimited) requireDuration('askTimeoutMs', timeoutMs)
    this.#timers = timers
    this.#timeoutMs = timeoutMs
  }

  /** Sends a question; resolves to its answer. */
  ask(receiver: Asked, message: Message, options: AskOptions): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const { timeoutMs = this.#timeoutMs, signal, scope } = requireOptions('ask', options, kinds)
      const isChecked = timeoutMs === this.#timeoutMs || timeoutMs === unlimited
      if (!isChecked) requireDuration('timeoutMs', timeoutMs)
      if (signal?.aborted) {
        reject(signal.reason as Error)
        return
      }
      this.#count += 1
      const ask = (receiver.answersTo ?? this.#prefix) + this.#count
      const question = new OpenQuestion(ask, receiver.id, message.type, resolve, reject, (closed) => {
        this.#open.delete(ask)
        receiver.questions.delete(closed)
      })
      question.scope = scope
      this.#open.set(ask, question)
      receiver.questions.add(question)
      if (timeoutMs !== unlimited) question.limit(this.#timers, timeoutMs)
      if (signal) question.listen(signal)
      try {
        const labelled = withLabel({ ...message, ask } as Message, labelOfMessage(message))
        receiver.send(withLabel(labelled, scope?.label))
      } catch (error) {
        question.reject(error)
      }
    })
  }

  /** Answers a question; does nothing if nobody waits for it. @param label - Of what the answerer has read. */
  answer({ ask, output, error }: Reply, label: Label): void {
    const question = this.#open.get(ask)
    question?.scope?.noteLabel(label)
    if (error === undefined) question?.resolve(output)
    else question?.reject(error)
  }

  /** The question that a message is, if somebody here waits for the answer. */
  find(message: Message): OpenQuestion | undefined {
    const ask = askOf(message)
    return ask === undefined ? undefined : this.#open.get(ask)
  }

  /** Fails the question that a message is, if it is one and somebody waits for it. */
  reject(message: Message, error: unknown): void {
    this.find(message)?.reject(error)
  }

  /** Whether a message is a question asked here that nobody waits for any longer. */
  isGivenUp(message: Message): boolean {
    const ask = askOf(message)
    return ask !== undefined && !this.#open.has(ask) && ask.startsWith(this.#prefix)
  }
}

/** Fails questions to an agent that has ended. */
export function rejectAll(questions: Iterable<OpenQuestion>, agent: string, cause: unknown): void {
  for (const question of questions) {
    question.reject(new AgentStoppedError(agent, cause === undefined ? undefined : { cause }))
  }
}

/** Fails the questions that an agent has taken, but not those that still wait in its mailbox. */
export function rejectTaken(questions: Iterable<OpenQuestion>, waiting: readonly Message[], agent: string): void {
  const names = new Set(waiting.map((message) => askOf(message)))
  const taken = [...questions].filter(({ name }) => !names.has(name))
  rejectAll(taken, agent, undefined)
}
