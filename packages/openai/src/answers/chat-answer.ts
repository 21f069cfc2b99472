import { ModelCallError } from '@skein/core'
import type { Exchange, RawAnswer } from '@skein/core/executor'

import { done } from '../wire/documents.ts'
import { fieldsOf, listOf } from '../wire/json-values.ts'
import type { Fields } from '../wire/json-values.ts'
import { contentOf } from './content.ts'
import { finishReasonOf } from './finish-reason.ts'
import { reportedUsage } from './reported-usage.ts'
import { ThoughtFilter, withoutThoughtsBefore } from './thought-filter.ts'
import { ToolCallList } from './tool-calls.ts'

/**
 * Reads an answer of the Chat Completions API, whole or streamed, whichever the server sends.
 *
 * A stream is complete only when it says so: with a reason why it ended. What follows that does
 * not matter, and another attempt would be billed again.
 *
 * @throws ModelCallError when the answer is incomplete or has another form.
 */
export async function readChatAnswer(documents: AsyncIterable<unknown>, exchange: Exchange): Promise<RawAnswer> {
  const answer = new ChatAnswer(exchange)
  try {
    for await (const document of documents) {
      // Some servers keep the connection open.
      if (document === done) {
        answer.isDone = true
        break
      }
      answer.add(document)
    }
  } catch (error) {
    if (!answer.isComplete) throw error
  }
  return answer.end()
}

class ChatAnswer {
  /** Whether the server said `[DONE]`. */
  isDone = false
  readonly #exchange: Exchange
  readonly #filter = new ThoughtFilter()
  readonly #calls = new ToolCallList()
  #text = ''
  #thoughts = ''
  #refusal = ''
  #reason: unknown
  #usage: Fields = {}
  #timings: Fields = {}
  #isWhole = false
  #isStream = false

  constructor(exchange: Exchange) {
    this.#exchange = exchange
  }

  get isComplete(): boolean {
    const reason = finishReasonOf(this.#reason)
    return reason !== undefined && reason !== 'failed' && (reason !== 'other' || this.isDone)
  }

  add(document: unknown): void {
    const { choices, usage, timings, x_groq: groq } = fieldsOf(document)
    const reported = fieldsOf(usage ?? fieldsOf(groq)['usage'])
    if (Object.keys(reported).length > 0) this.#usage = reported
    if (timings !== undefined) this.#timings = fieldsOf(timings)
    const choice =
      listOf(choices)
        .map(fieldsOf)
        .find(({ index = 0 }) => index === 0 || index === null) ?? {}
    const { message, delta, finish_reason: reason } = choice
    if (delta !== undefined) {
      this.#isStream = true
      this.#addMessage(fieldsOf(delta))
    } else if (message !== undefined && !this.#isStream) {
      // The last chunk of a stream may repeat the whole message: then it says nothing new.
      this.#isWhole = true
      this.#addMessage(fieldsOf(message))
    }
    if (finishReasonOf(reason) === undefined) return
    this.#reason = reason
    this.#exchange.complete()
  }

  #addMessage(message: Fields): void {
    const content = contentOf(message)
    if (!content) throw new ModelCallError('SKEIN_MODEL_MALFORMED', this.#exchange.model)
    const { text, thoughts, refusal } = content
    this.#exchange.arrive(text + thoughts)
    this.#thoughts += thoughts
    this.#refusal += refusal
    this.#say(this.#filter.add(text))
    const { tool_calls: calls, function_call: older } = message
    for (const call of listOf(calls)) {
      if (this.#isWhole) this.#calls.addWhole(call)
      else this.#calls.addPiece(call)
    }
    if (older !== undefined && older !== null) this.#calls.addPiece({ function: older })
  }

  #say(text: string): void {
    this.#text += text
    this.#exchange.show(text)
  }

  end(): RawAnswer {
    const { model } = this.#exchange
    this.#say(this.#filter.end())
    const reason = finishReasonOf(this.#reason)
    if (reason === 'failed') throw new ModelCallError('SKEIN_MODEL_CUT', model)
    const isEmpty = !this.#isWhole && !this.#isStream && !this.isDone
    if (isEmpty) throw new ModelCallError('SKEIN_MODEL_MALFORMED', model)
    if (!this.#isWhole && !this.isComplete) throw new ModelCallError('SKEIN_MODEL_CUT', model)
    const headless = this.#filter.thoughts === '' ? withoutThoughtsBefore(this.#text) : undefined
    const thoughts = [this.#thoughts, this.#filter.thoughts, headless?.thoughts ?? '']
    return {
      text: headless?.text ?? this.#text,
      reasoning: thoughts.filter((part) => part !== '').join('\n'),
      refusal: this.#refusal,
      toolCalls: this.#calls.list(),
      finishReason: reason ?? 'other',
      usage: reportedUsage(this.#usage, this.#timings),
    }
  }
}
