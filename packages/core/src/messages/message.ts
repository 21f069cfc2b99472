/** A message to an agent: what XState calls an event. */
export interface Message {
  readonly type: string
}

/**
 * A message that expects an answer. Its type includes the answer's type, to which `ask` resolves.
 *
 * @example
 * ```ts no-run
 * import { reply } from '@skein/core'
 * import type { Question, Reply } from '@skein/core'
 * import { emit, setup } from 'xstate'
 *
 * type Price = Question<'price', { sku: string }, number>
 * setup({ types: {} as { events: Price; emitted: Reply } }).createMachine({
 *   on: { price: { actions: emit(({ event }) => reply(event, event.input.sku.length)) } },
 * })
 * ```
 */
export type Question<Type extends string, Input = undefined, Output = unknown> = {
  readonly type: Type
  /** Names the question while somebody waits for the answer; set by `ask`. */
  readonly ask?: string
  /** Never set; carries the type of the answer. */
  readonly '~answer'?: Output
} & (undefined extends Input ? { readonly input?: Input } : { readonly input: Input })

/** The questions among some messages. Messages without declared types may all be questions. */
export type QuestionIn<Taken extends Message> = Taken extends Message
  ? string extends Taken['type']
    ? Taken
    : '~answer' extends keyof Taken
      ? Taken
      : never
  : never

/** The answer to a message. */
export type AnswerTo<Asked> = Asked extends { readonly '~answer'?: infer Output } ? Output : unknown

/** The answer to a question, as a machine emits it. */
export interface Reply {
  readonly type: 'skein.reply'
  readonly ask: string
  readonly output?: unknown
  readonly error?: unknown
}

/**
 * Creates the answer to a question, for a machine to `emit`. It is ignored if nobody asked.
 *
 * @example
 * ```ts
 * import { reply } from '@skein/core'
 * import type { Question } from '@skein/core'
 * import { emit, setup } from 'xstate'
 *
 * type Ask = Question<'double', number, number>
 * const machine = setup({ types: { events: {} as Ask } }).createMachine({
 *   on: { double: { actions: emit(({ event }) => reply(event, event.input * 2)) } },
 * })
 * machine.events // => ['double']
 * ```
 */
export function reply<Asked extends Message>(question: Asked, output: AnswerTo<Asked>): Reply {
  return { type: 'skein.reply', ask: askOf(question) ?? '', output }
}

/**
 * Creates the refusal of a question: `ask` rejects with the error.
 *
 * @example
 * ```ts
 * import { refuse } from '@skein/core'
 * import type { Question } from '@skein/core'
 * import { emit, setup } from 'xstate'
 *
 * type Ask = Question<'double', number, number>
 * const closed = setup({ types: { events: {} as Ask } }).createMachine({
 *   on: { double: { actions: emit(({ event }) => refuse(event, new Error('We are closed.'))) } },
 * })
 * closed.events // => ['double']
 * ```
 */
export function refuse(question: Message, error: unknown): Reply {
  return { type: 'skein.reply', ask: askOf(question) ?? '', error: error ?? new Error('The question was refused.') }
}

/** The name of the question that a message is, if it is one. */
export function askOf(message: Message): string | undefined {
  const { ask } = message as { readonly ask?: unknown }
  return typeof ask === 'string' ? ask : undefined
}

/** The message to a watcher when the watched agent has ended. */
export interface AgentEndedEvent {
  readonly type: 'agent.ended'
  readonly agent: string
  readonly role: string
  /** The error that it failed with, if it did. */
  readonly error?: unknown
}
