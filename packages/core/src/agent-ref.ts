import type { Alert, Principal, View } from '@skein/memory'
import { createActor } from 'xstate'
import type { AnyActorLogic, AnyActorRef, EventObject, Snapshot } from 'xstate'

import type { Abilities, Reply } from './agent.ts'
import { AgentStoppedError, AskTimeoutError, MailboxFullError, UnknownMessageError } from './errors.ts'
import type { DeadReason, FlockEvent } from './flock-events.ts'
import { Mailbox } from './mailbox.ts'
import type { MailboxOptions } from './mailbox.ts'
import type { RunQueue } from './run-queue.ts'
import { warn } from './warn.ts'

/** How to ask an agent. */
export interface AskOptions {
  /**
   * How long to wait for the answer, in milliseconds; for ever when left out.
   */
  readonly timeoutMs?: number
  /** Stops the waiting; what the agent is doing goes on. */
  readonly signal?: AbortSignal
}

/** A message to an agent that was defined by its abilities. */
export type MessageTo<Can extends Abilities> = {
  [Type in keyof Can & string]: { readonly type: Type; readonly input: InputOf<Can[Type]> }
}[keyof Can & string]

/** What an ability takes. */
export type InputOf<Ability> = Ability extends (input: infer Input, ...rest: never[]) => unknown ? Input : never
/** What an ability gives. */
export type OutputOf<Ability> = Ability extends (...args: never[]) => Promise<infer Output> ? Output : never

/** The longest time that a timer of Node can wait, in milliseconds. */
const longestTimer = 2 ** 31 - 1

/**
 * An alert as a machine gets it, if it has a transition for `alert`: those that
 * waited when the agent starts, and each new one at once. It is acknowledged
 * when the machine has taken it.
 */
export interface AlertEvent<Insight = unknown> {
  readonly type: 'alert'
  readonly alert: Alert<Insight>
}

/** What an agent is made of. */
export interface AgentParts {
  readonly logic: AnyActorLogic
  readonly input: unknown
  readonly principal: Principal
  readonly memory: View
  readonly mailbox: MailboxOptions
  readonly queue: RunQueue
  readonly emit: (event: FlockEvent) => void
  /** Says which agent a running machine belongs to. */
  readonly register: (system: AnyActorRef['system'], agent: { principal: Principal; signal: AbortSignal }) => void
}

/**
 * A running agent: an XState actor behind a bounded mailbox.
 *
 * A message waits in the mailbox until the machine can take it in its present
 * state, so one that comes too early is not lost. Delivery never happens on
 * the sender's stack.
 */
export class AgentRef<Can extends Abilities = Abilities> implements AsyncDisposable {
  readonly id: string
  readonly role: string
  /** The memory as this agent sees it. */
  readonly memory: View
  /** Resolves to the machine's output when it ends; rejects when it fails or is stopped. */
  readonly done: Promise<unknown>

  readonly #parts: AgentParts
  readonly #actor: AnyActorRef
  readonly #mailbox: Mailbox<EventObject>
  readonly #life = new AbortController()
  readonly #asked = new Map<string, { resolve(output: unknown): void; reject(error: unknown): void }>()
  readonly #settle: { resolve(output: unknown): void; reject(error: unknown): void }
  #asks = 0
  #isScheduled = false
  #hasEnded = false
  #stopAlerts: () => void = () => {}

  /** @internal */
  constructor(parts: AgentParts) {
    this.#parts = parts
    this.id = parts.principal.id
    this.role = parts.principal.role
    this.memory = parts.memory
    this.#mailbox = new Mailbox(parts.mailbox)
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    this.done = promise
    this.#settle = { resolve, reject }
    // Whoever awaits `done` hears of a failure; everyone else by the event `agent.ended`.
    promise.catch(() => {})
    this.#actor = createActor(parts.logic, { id: this.id, input: parts.input })
    parts.register(this.#actor.system, { principal: parts.principal, signal: this.#life.signal })
    this.#actor.on('skein.reply', (reply) => this.#answered(reply as Reply))
    // Without a listener for errors XState ends the process.
    this.#actor.subscribe({
      next: (snapshot) => this.#changed(snapshot as Snapshot<unknown>),
      error: (error) => this.#end(error),
      complete: () => this.#end(undefined),
    })
  }

  /** @internal */
  start(): void {
    this.#actor.start()
    if (this.#hasEnded || !this.#types?.includes('alert')) return
    this.#stopAlerts = this.memory.alerts.subscribe((alert) => this.#alert({ type: 'alert', alert }))
  }

  /** What does not fit into the mailbox is not acknowledged, and so comes again with the next start. */
  #alert(event: AlertEvent): void {
    try {
      this.send(event)
    } catch (error) {
      warn(error)
    }
  }

  /** How busy it is: messages that wait, or questions that are not answered yet, whichever are more. */
  get load(): number {
    return Math.max(this.#mailbox.size, this.#asked.size)
  }

  /** The machine's snapshot. */
  get snapshot(): Snapshot<unknown> {
    return this.#actor.getSnapshot() as Snapshot<unknown>
  }

  /**
   * Sends a message; it is delivered later, in the order of sending.
   *
   * @throws MailboxFullError when the mailbox is full and refuses more.
   * @throws AgentStoppedError when the agent has ended.
   * @throws UnknownMessageError when its machine takes no such message in any state.
   */
  send(event: EventObject): void {
    if (this.#hasEnded) {
      this.#bury(event, 'agent ended')
      throw new AgentStoppedError(this.id)
    }
    if (!this.#accepts(event.type)) throw new UnknownMessageError(this.id, event.type, this.#types)
    const put = this.#mailbox.put(event)
    if (put.type === 'refused') throw new MailboxFullError(this.id, this.#mailbox.capacity)
    if (put.type === 'dropped') this.#bury(put.message, 'overflow')
    this.#schedule()
  }

  /**
   * Sends a message and resolves to the answer.
   *
   * Any machine can answer: it emits `{ type: 'skein.reply', ask, output }`
   * with the `ask` that came in the event.
   *
   * @throws AskTimeoutError, MailboxFullError, AgentStoppedError; what the agent answered as an error; the signal's reason.
   */
  async ask<Message extends MessageTo<Can>>(
    event: Message,
    options: AskOptions = {},
  ): Promise<OutputOf<Can[Message['type'] & keyof Can]>> {
    const { timeoutMs, signal } = options
    signal?.throwIfAborted()
    const ask = `${this.id}#${(this.#asks += 1)}`
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    this.#asked.set(ask, { resolve, reject })
    // Longer than a timer can wait is for ever.
    const timer =
      timeoutMs === undefined || timeoutMs > longestTimer
        ? undefined
        : setTimeout(() => reject(new AskTimeoutError(this.id, event.type, timeoutMs)), timeoutMs)
    const onAbort = (): void => reject(signal?.reason)
    signal?.addEventListener('abort', onAbort, { once: true })
    try {
      this.send({ ...event, ask })
      return (await promise) as OutputOf<Can[Message['type'] & keyof Can]>
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
      this.#asked.delete(ask)
    }
  }

  /** Ends the agent: aborts what it started, refuses what waits. Twice does no harm. */
  stop(): void {
    this.#end(new AgentStoppedError(this.id))
    this.#actor.stop()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stop()
  }

  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    this.#parts.queue.add(() => this.#deliver())
  }

  #deliver(): void {
    this.#isScheduled = false
    if (this.#hasEnded) return
    try {
      const event = this.#nextEvent()
      if (event === undefined || !this.#canTake(event)) return
      this.#mailbox.take()
      this.#actor.send(event)
      if (isAlert(event)) this.memory.alerts.ack(event.alert.id).catch(warn)
    } catch (error) {
      // A guard that throws is the agent's own fault, as an action that throws is.
      this.#end(error)
      this.#actor.stop()
      return
    }
    if (this.#mailbox.size > 0) this.#schedule()
  }

  /** The message that is next; questions that nobody waits for any more are passed over. */
  #nextEvent(): EventObject | undefined {
    for (;;) {
      const event = this.#mailbox.peek()
      const ask = (event as { ask?: unknown } | undefined)?.ask
      const isGivenUp = typeof ask === 'string' && ask.startsWith(`${this.id}#`) && !this.#asked.has(ask)
      if (!event || !isGivenUp) return event
      this.#mailbox.take()
      this.#bury(event, 'given up')
    }
  }

  #canTake(event: EventObject): boolean {
    const snapshot = this.snapshot as { can?: (event: EventObject) => boolean }
    return snapshot.can?.(event) ?? true
  }

  /** The types that the machine handles in some state; `undefined` when it does not tell. */
  get #types(): readonly string[] | undefined {
    const { events } = this.#parts.logic as { readonly events?: readonly string[] }
    return events?.filter((type) => !type.startsWith('xstate.'))
  }

  #accepts(type: string): boolean {
    const types = this.#types
    if (types === undefined || types.includes(type)) return true
    return types.some((pattern) => pattern === '*' || (pattern.endsWith('.*') && type.startsWith(pattern.slice(0, -1))))
  }

  #changed(snapshot: Snapshot<unknown>): void {
    if (snapshot.status === 'active' && this.#mailbox.size > 0) this.#schedule()
  }

  #answered({ ask, output, error }: Reply): void {
    const asked = this.#asked.get(ask)
    if (error === undefined) asked?.resolve(output)
    else asked?.reject(error)
  }

  #end(error: unknown): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    const reason = new AgentStoppedError(this.id, error === undefined ? undefined : { cause: error })
    // XState leaves what an actor invoked running when an action throws: this signal ends it.
    this.#life.abort(reason)
    this.#stopAlerts()
    for (const message of this.#mailbox.clear()) this.#bury(message, 'agent ended')
    for (const { reject } of this.#asked.values()) reject(reason)
    const ended = { type: 'agent.ended', agent: this.id, role: this.role } as const
    this.#parts.emit(error === undefined ? ended : { ...ended, error })
    if (error === undefined) this.#settle.resolve((this.snapshot as { output?: unknown }).output)
    else this.#settle.reject(error)
  }

  #bury(message: EventObject, reason: DeadReason): void {
    const { ask } = message as { ask?: unknown }
    if (reason === 'overflow' && typeof ask === 'string') {
      this.#asked.get(ask)?.reject(new MailboxFullError(this.id, this.#mailbox.capacity))
    }
    this.#parts.emit({ type: 'message.dead', agent: this.id, message, reason })
  }
}

function isAlert(event: EventObject): event is AlertEvent {
  return event.type === 'alert' && typeof (event as Partial<AlertEvent>).alert?.id === 'string'
}
