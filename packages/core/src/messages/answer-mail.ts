import { randomUUID } from 'node:crypto'

import { encodeJson, fromEnvelope, toStoredEnvelope } from '@skein/memory/runtime'
import type { ErrorEnvelope } from '@skein/memory/runtime'

import { askOf } from './message.ts'
import type { Message, Reply } from './message.ts'

/** An answer on its way to a flock in another process. */
interface AnswerMail extends Message {
  readonly type: 'skein.answer'
  readonly ask: string
  readonly output?: unknown
  readonly error?: ErrorEnvelope
}

const root = 'answers/'

/** How long an answer waits for its asker, in milliseconds: whoever asked may be gone. */
export const answerTtlMs = 600_000

/** An address for the answers to a flock. Names of questions are the address and a number. */
export function newAnswerAddress(): string {
  return `${root}${randomUUID()}/`
}

/** Whether mail to this address is an answer. */
export function isAnswerAddress(to: string): boolean {
  return to.startsWith(root)
}

/** Where the answer to a question has to be posted; `undefined` if it is asked within a flock. */
export function answerAddressOf(ask: string): string | undefined {
  return isAnswerAddress(ask) ? ask.slice(0, ask.lastIndexOf('/') + 1) : undefined
}

/** Whether a message is a question of a flock that may be in another process. */
export function isAskedFromAfar(message: Message): boolean {
  return isAnswerAddress(askOf(message) ?? '')
}

/** The mail with an answer; with an error if the output can't be stored. */
export function answerMail({ ask, output, error }: Reply): AnswerMail {
  if (error !== undefined) return { type: 'skein.answer', ask, error: toStoredEnvelope(error) }
  try {
    encodeJson(output ?? null)
    return { type: 'skein.answer', ask, output }
  } catch (failure) {
    return { type: 'skein.answer', ask, error: toStoredEnvelope(failure) }
  }
}

/** The answer in a mail. */
export function answerOf(mail: unknown): Reply {
  const { ask, output, error } = mail as AnswerMail
  return { type: 'skein.reply', ask, output, ...(error && { error: fromEnvelope(error) }) }
}
