import { ModelCallError } from '@skein/core'
import type { Exchange, FinishReason, RawAnswer } from '@skein/core/executor'

import { done } from '../wire/documents.ts'
import { fieldsOf, listOf, textOf } from '../wire/json-values.ts'
import type { Fields } from '../wire/json-values.ts'
import { reportedUsage } from './reported-usage.ts'
import { ToolCallList } from './tool-calls.ts'

/**
 * Reads an answer of OpenAI's Responses API, whole or streamed. A stream ends with an event that
 * holds the whole.
 *
 * @throws ModelCallError when the answer is incomplete or has another form.
 */
export async function readResponse(documents: AsyncIterable<unknown>, exchange: Exchange): Promise<RawAnswer> {
  let hasEvents = false
  for await (const document of documents) {
    const { type, delta, response, output } = fieldsOf(document)
    if (Array.isArray(output)) {
      const answer = rawAnswerOf(fieldsOf(document), exchange)
      exchange.arrive(answer.text)
      exchange.show(answer.text)
      return answer
    }
    hasEvents ||= document === done || textOf(type) !== ''
    const text = type === 'response.output_text.delta' ? textOf(delta) : ''
    exchange.arrive(textOf(delta))
    exchange.show(text)
    if (ends.has(textOf(type))) return rawAnswerOf(fieldsOf(response), exchange)
  }
  throw new ModelCallError(hasEvents ? 'SKEIN_MODEL_CUT' : 'SKEIN_MODEL_MALFORMED', exchange.model)
}

const ends: ReadonlySet<string> = new Set(['response.completed', 'response.incomplete'])

function rawAnswerOf(response: Fields, { model }: Exchange): RawAnswer {
  const { output, status, usage, incomplete_details: incomplete } = response
  if (!Array.isArray(output)) throw new ModelCallError('SKEIN_MODEL_MALFORMED', model)
  // Asked to answer at once, a server has to: what is queued or failed is no answer.
  if (status === 'failed' || status === 'cancelled') throw new ModelCallError('SKEIN_MODEL_CUT', model)
  const items = output.map(fieldsOf)
  const contents = items
    .filter(({ type }) => type === 'message')
    .flatMap(({ content }) => listOf(content).map(fieldsOf))
  const thoughts = items
    .filter(({ type }) => type === 'reasoning')
    .flatMap(({ summary, content }) => [...listOf(summary), ...listOf(content)].map(fieldsOf))
  const calls = new ToolCallList()
  for (const { type, call_id: id, name, arguments: given } of items) {
    if (type === 'function_call') calls.addWhole({ id, name, arguments: given })
  }
  const toolCalls = calls.list()
  return {
    text: joined(contents, 'text'),
    reasoning: joined(thoughts, 'text'),
    refusal: joined(contents, 'refusal'),
    toolCalls,
    finishReason: finishReasonOf(status, fieldsOf(incomplete)['reason'], toolCalls.length > 0),
    usage: reportedUsage(fieldsOf(usage)),
  }
}

function joined(parts: readonly Fields[], name: string): string {
  return parts.map((part) => textOf(part[name])).join('')
}

function finishReasonOf(status: unknown, why: unknown, hasCalls: boolean): FinishReason {
  if (why === 'content_filter') return 'refused'
  if (why === 'max_output_tokens') return 'length'
  if (hasCalls) return 'tool-calls'
  return status === 'completed' ? 'stop' : 'other'
}
