import type { View } from '@skein/memory'
import { requireOptions } from '@skein/memory/runtime'
import type { OptionKinds } from '@skein/memory/runtime'

import type { AgentSnapshot } from '../machine/logic.ts'
import { childMachines } from '../machine/child-machines.ts'
import type { ChildMachine } from '../machine/child-machines.ts'
import { activePaths, chartOfSnapshot } from '../machine/state-chart.ts'
import type { ChartState } from '../machine/state-chart.ts'
import { isCleared, withLabel } from '../messages/message-label.ts'
import type { AgentEndedEvent, AnswerTo, Message, QuestionIn } from '../messages/message.ts'
import type { AskOptions, Questions } from '../messages/questions.ts'
import type { AgentRuntime } from './agent-runtime.ts'
import { stepOf } from './agent-step.ts'
import type { StepFor } from './agent-step.ts'

/** How to post a message. */
export interface PostOptions {
  /** Stops waiting for room. */
  readonly signal?: AbortSignal
}

const postKinds: OptionKinds<PostOptions> = { signal: 'object' }

/**
 * A handle of an agent: an XState actor, or a light behavior, behind a bounded
 * mailbox. It stays valid when the agent is restarted.
 *
 * A message waits in the mailbox until the agent can take it in its current
 * state, so one that comes too early is neither lost nor in the way of others.
 * Delivery never happens on the sender's stack.
 */
export class AgentRef<
  Taken extends Message = Message,
  Output = unknown,
  Snapshot = AgentSnapshot,
> implements AsyncDisposable {
  readonly #runtime: AgentRuntime
  readonly #questions: Questions

  /** @internal The agent itself, for its flock. */
  static runtimeOf(ref: AgentRef<never>): AgentRuntime {
    return ref.#runtime
  }

  /** @internal */
  constructor(runtime: AgentRuntime, questions: Questions) {
    this.#runtime = runtime
    this.#questions = questions
  }

  get id(): string {
    return this.#runtime.id
  }

  get role(): string {
    return this.#runtime.principal.role
  }

  /** The memory as this agent sees it. */
  get memory(): View {
    return this.#runtime.memory
  }

  /**
   * `waiting`: it has failed, and waits for its restart or a person's decision; `paused`: see {@link pause}. Messages are
   * kept meanwhile.
   */
  get state(): 'running' | 'waiting' | 'paused' | 'ended' {
    return this.#runtime.state
  }

  /** The machine's snapshot; of a light agent, its `status` and `context`. */
  get snapshot(): Snapshot {
    return this.#runtime.host.snapshot as Snapshot
  }

  /**
   * The machine that it runs, as plain data: its states and transitions. `undefined` for agents without a machine.
   * Each transition that it takes is an event of the flock, `agent.moved`.
   */
  get chart(): ChartState | undefined {
    return chartOfSnapshot(this.snapshot)
  }

  /** The states that its machine is in, by their paths in {@link chart}, the outermost first; none without a machine. */
  get states(): readonly string[] {
    return activePaths(this.snapshot)
  }

  /** The machines that its machine has invoked or spawned, as they are now, with those that they run themselves. */
  get children(): readonly ChildMachine[] {
    return childMachines(this.snapshot)
  }

  /** How busy it is: the number of waiting messages or of unanswered questions, whichever is larger. */
  get load(): number {
    return this.#runtime.load
  }

  /** Resolves to the machine's output when it ends; rejects when it fails for good or is stopped. */
  get done(): Promise<Output> {
    return this.#runtime.ending.done as Promise<Output>
  }

  /**
   * Sends a message; it is delivered later, in the order of sending.
   *
   * @throws MailboxFullError when the mailbox is full and refuses more.
   * @throws AgentStoppedError when the agent has ended.
   * @throws UnknownMessageError when its machine takes no such message in any state.
   */
  send(message: Taken): void {
    this.#runtime.receiver.send(message)
  }

  /**
   * Like {@link send}, but resolves when the message is in the mailbox: with overflow `wait` it waits for room, and a
   * durable mailbox has stored it.
   *
   * @throws what `send` throws; the signal's reason; StoreError.
   */
  async post(message: Taken, options: PostOptions = {}): Promise<void> {
    const { signal } = requireOptions('post', options, postKinds)
    signal?.throwIfAborted()
    await this.#runtime.receiver.post(message, signal)
  }

  /**
   * Sends a question and resolves to the answer.
   *
   * @throws OptionError; AskTimeoutError; AgentStoppedError when the agent ends before it has answered; the error that it answers
   * with; what `send` throws.
   */
  ask<Asked extends QuestionIn<Taken>>(
    message: Asked,
    options: AskOptions = {},
  ): Promise<AnswerTo<Extract<Taken, { readonly type: Asked['type'] }>>> {
    return this.#questions.ask(this.#runtime.receiver, message, options) as Promise<never>
  }

  /**
   * A question of one type to this agent, as a step: for `pipe`, `flock.map` and `flock.mapReduce`, or to be called. It
   * rejects with what {@link ask} rejects with.
   */
  step<Type extends QuestionIn<Taken>['type']>(type: Type): StepFor<Taken, Type> {
    return stepOf(type, (message, options) => this.#questions.ask(this.#runtime.receiver, message, options)) as never
  }

  /**
   * Sends this agent an {@link AgentEndedEvent}, before all other messages, when another one ends; at once when that
   * has ended already.
   *
   * @returns a function that stops watching.
   * @throws UnknownMessageError when this agent's machine has no transition for `agent.ended`.
   */
  watch(other: AgentRef<never>): () => void {
    this.#runtime.requireTakes('agent.ended')
    const { ending, id: agent, principal } = other.#runtime
    return ending.on((outcome) => {
      const { label } = other.#runtime
      // A caller whose clearance does not cover the agent's reads only learns that it has ended.
      const isShown = outcome.type === 'failed' && isCleared(this.#runtime.principal, label)
      const event = {
        type: 'agent.ended',
        agent,
        role: principal.role,
        ...(isShown && { error: outcome.error }),
      } as const
      this.#runtime.receiver.sendFirst(isShown ? withLabel<AgentEndedEvent>(event, label) : event)
    })
  }

  /**
   * Pauses the agent: it takes no messages and begins no activities until it is resumed. Running activities continue.
   * A durable agent stays paused when it is resumed elsewhere. Twice does no harm. From other processes:
   * `view.control`.
   */
  pause(): void {
    this.#runtime.pause()
  }

  /** Lets a paused agent continue with its waiting messages. */
  resume(): void {
    this.#runtime.unpause()
  }

  /** Ends the agent: aborts its work and dead-letters its messages. A durable one can be resumed. Twice does no harm. */
  stop(): void {
    this.#runtime.end({ type: 'stopped' })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stop()
    // Waits for the end only: how it ended is for those who await `done`.
    await this.done.catch(() => {})
  }
}
