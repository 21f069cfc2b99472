import type { AsyncResource } from 'node:async_hooks'

import { OptionError } from '@skein/memory'
import { requireOptions, requireStrings, warn } from '@skein/memory/runtime'
import type { OptionKinds } from '@skein/memory/runtime'

import type { AgentDefinition, Host, HostLife, HostStart } from './host.ts'
import { refuse, reply } from '../messages/message.ts'
import type { AnswerTo, Message } from '../messages/message.ts'
import { contextOf, runFor, runIn } from './stray-errors.ts'
import type { StrayTaker } from './stray-errors.ts'

/** The tools of a behavior, besides returning its next state. */
export interface BehaviorContext<Output = unknown> {
  /** The agent's id. */
  readonly id: string
  /** Answers a question. Does nothing if nobody asked. */
  reply<Asked extends Message>(question: Asked, output: AnswerTo<Asked>): void
  /** Answers a question with an error. */
  refuse(question: Message, error: unknown): void
  /** Ends the agent after this message; `done` resolves to the output. */
  stop(output?: Output): void
}

/** The parts of a light agent; see {@link behavior}. */
export interface BehaviorOptions<State, Taken extends Message, Output = unknown> {
  readonly role: string
  /** The first state; immutable data, or a function of the input. */
  readonly initial: State | ((input: unknown) => State)
  /** Returns the next state. */
  readonly receive: (state: State, message: Taken, context: BehaviorContext<Output>) => State
}

/** The snapshot of a light agent. */
export type BehaviorSnapshot<State, Output = unknown> =
  | { readonly status: 'active'; readonly context: State }
  | { readonly status: 'done'; readonly context: State; readonly output: Output | undefined }

const kinds: OptionKinds<BehaviorOptions<unknown, Message>> = { role: 'any', initial: 'any', receive: 'any' }

/**
 * Defines a light agent: a state and a function of messages, without a
 * machine. It takes every message at any time, several million a second.
 *
 * @throws OptionError
 *
 * @example
 * ```ts
 * import { behavior, createFlock } from '@skein/core'
 * import type { Question } from '@skein/core'
 * import { mapStore, openMemory } from '@skein/memory'
 *
 * const memory = await openMemory({ store: mapStore() })
 * const flock = await createFlock({ memory })
 * type Messages = { type: 'add'; by: number } | Question<'read', undefined, number>
 * const counter = flock.spawn(behavior({
 *   role: 'counter',
 *   initial: 0,
 *   receive: (count, message: Messages, { reply }) => {
 *     if (message.type === 'add') return count + message.by
 *     reply(message, count)
 *     return count
 *   },
 * }))
 * counter.send({ type: 'add', by: 2 })
 * await counter.ask({ type: 'read' }) // => 2
 * await flock.close()
 * await memory.close()
 * ```
 */
export function behavior<State, Taken extends Message, Output = unknown>(
  options: BehaviorOptions<State, Taken, Output>,
): AgentDefinition<Taken, Output | undefined, BehaviorSnapshot<State, Output>> {
  const { role, initial, receive } = requireOptions('behavior', options, kinds)
  requireStrings('role', [role])
  if (typeof receive !== 'function') throw new OptionError('receive', 'a function of state and message', receive)
  return {
    role,
    makeHost: (life, start) => new BehaviorHost<State>(life, start, { initial, receive: receive as Receive<State> }),
  }
}

type Receive<State> = (state: State, message: Message, context: BehaviorContext) => State

interface Parts<State> {
  readonly initial: State | ((input: unknown) => State)
  readonly receive: Receive<State>
}

class BehaviorHost<State> implements Host, StrayTaker {
  readonly types = undefined
  readonly takesOthers = true
  readonly takesAll = true
  readonly #life: HostLife
  readonly #start: HostStart
  readonly #parts: Parts<State>
  #state: State | undefined
  #context: BehaviorContext | undefined
  #async: AsyncResource | undefined
  #isRunning = false
  #ended: { readonly output: unknown } | undefined

  constructor(life: HostLife, start: HostStart, parts: Parts<State>) {
    this.#life = life
    this.#start = start
    this.#parts = parts
  }

  get snapshot(): unknown {
    return this.#ended
      ? { status: 'done', context: this.#state, output: this.#ended.output }
      : { status: 'active', context: this.#state }
  }

  canTake(): boolean {
    return true
  }

  start(): void {
    const { saved } = this.#start
    const { initial } = this.#parts
    try {
      if (saved !== undefined) this.#state = (saved as { state: State }).state
      else if (typeof initial === 'function') runFor(this, begin, this)
      else this.#state = initial
      this.#isRunning = true
    } catch (error) {
      this.#life.failed(error)
    }
  }

  take(message: Message): void {
    this.#context ??= this.#makeContext()
    this.#async ??= contextOf(this)
    try {
      const next = runIn(this.#async, this, this.#parts.receive, this.#state as State, message, this.#context)
      this.#state = requireNow(next)
    } catch (error) {
      this.#isRunning = false
      this.#life.failed(error)
      return
    }
    if (this.#ended) this.#finish(this.#ended.output)
    else if (this.#start.isPersisted) this.#life.changed()
  }

  stop(): void {
    this.#isRunning = false
  }

  /** What its code threw later, in a timer or a promise that nobody awaits. */
  strayed(error: unknown): void {
    if (!this.#isRunning) return warn(error)
    this.#isRunning = false
    this.#life.failed(error)
  }

  save(): unknown {
    return { state: this.#state }
  }

  /** A behavior that failed has not replaced its state. */
  get lastGood(): unknown {
    return this.save()
  }

  begin(): void {
    const initial = this.#parts.initial as (input: unknown) => State
    this.#state = requireNow(initial(this.#start.input), 'initial')
  }

  #finish(output: unknown): void {
    if (!this.#isRunning) return
    this.#isRunning = false
    this.#life.ended(output)
  }

  #makeContext(): BehaviorContext {
    return {
      id: this.#life.owner.id,
      reply: (question, output) => this.#life.owner.reply(reply(question, output)),
      refuse: (question, error) => this.#life.owner.reply(refuse(question, error)),
      stop: (output) => void (this.#ended = { output }),
    }
  }
}

function begin(host: { begin(): void }): void {
  host.begin()
}

/** A promise is no state: the next message would not wait for it, and nobody would hear of its error. @throws OptionError */
function requireNow<State>(state: State, option = 'receive'): State {
  if (typeof state !== 'object' || typeof (state as { then?: unknown } | null)?.then !== 'function') return state
  void Promise.resolve(state).catch(() => {})
  throw new OptionError(option, 'a function that returns a state synchronously (leave slow work to activities)', state)
}
