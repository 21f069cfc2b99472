import { ModelCallError } from '@skein/core'
import type { ChatMessage, ChatRequest, FinishReason } from '@skein/core/executor'
import { OptionError } from '@skein/memory'
import type { OpenAI } from 'openai'
import { APIError } from 'openai'

import { isStrict } from './answer-parts.ts'
import type { RawAnswer } from './answer-parts.ts'
import type { Exchange } from './exchange.ts'

type Body = OpenAI.Responses.ResponseCreateParamsNonStreaming
type Answer = OpenAI.Responses.Response
type Event = OpenAI.Responses.ResponseStreamEvent

/** Calls OpenAI's Responses API. The server stores nothing. */
export async function respond(client: OpenAI, body: Body, exchange: Exchange): Promise<RawAnswer> {
  const { signal, onText } = exchange
  if (!onText) {
    const response = await client.responses.create(body, { signal })
    exchange.begin('')
    return fromResponse(exchange.model, response)
  }
  const events = await client.responses.create({ ...body, stream: true }, { signal })
  return fromResponse(exchange.model, await lastResponse(events, exchange))
}

/** @throws OptionError for parameters that this API lacks. */
export function responsesBody(model: string, request: ChatRequest): Body {
  const { messages, tools, toolChoice, schema, temperature, topP, maxOutputTokens, stop, seed, extra } = request
  if (stop && stop.length > 0) throw new OptionError('stop', 'left out: the Responses API does not support it', 'some')
  if (seed !== undefined) throw new OptionError('seed', 'left out: the Responses API does not support it', seed)
  const body: Body = { model, input: messages.flatMap(toItems), store: false }
  if (tools && tools.length > 0) {
    body.tools = tools.map(({ name, description, parameters }) => {
      const strict = isStrict(parameters)
      return {
        type: 'function',
        name,
        parameters: { ...parameters },
        strict,
        ...(description !== undefined && { description }),
      }
    })
    if (toolChoice) body.tool_choice = toolChoice
  }
  if (schema) {
    const strict = isStrict(schema.schema)
    body.text = { format: { type: 'json_schema', name: schema.name, schema: { ...schema.schema }, strict } }
  }
  if (temperature !== undefined) body.temperature = temperature
  if (topP !== undefined) body.top_p = topP
  if (maxOutputTokens !== undefined) body.max_output_tokens = maxOutputTokens
  return Object.assign(body, extra)
}

function toItems(message: ChatMessage): OpenAI.Responses.ResponseInputItem[] {
  const { text } = message
  if (message.role === 'tool') return [{ type: 'function_call_output', call_id: message.toolCallId, output: text }]
  const calls = message.role === 'assistant' ? (message.toolCalls ?? []) : []
  const spoken = text === '' && calls.length > 0 ? [] : [{ role: message.role, content: text } as const]
  return [
    ...spoken,
    ...calls.map(({ id, name, arguments: given }) => {
      return { type: 'function_call', call_id: id, name, arguments: JSON.stringify(given) } as const
    }),
  ]
}

async function lastResponse(events: AsyncIterable<Event>, { model, begin }: Exchange): Promise<Answer> {
  for await (const event of events) {
    begin(event.type === 'response.output_text.delta' ? event.delta : '')
    if (event.type === 'response.completed' || event.type === 'response.incomplete' || event.type === 'response.failed')
      return event.response
    if (event.type === 'error') throw new APIError(undefined, { code: event.code }, undefined, undefined)
  }
  throw new ModelCallError('SKEIN_MODEL_CUT', model)
}

function fromResponse(model: string, response: Partial<Answer> | undefined): RawAnswer {
  const { output, status, usage, error, incomplete_details: incomplete } = response ?? {}
  if (error) throw new APIError(undefined, { code: error.code }, undefined, undefined)
  if (!Array.isArray(output)) throw new ModelCallError('SKEIN_MODEL_MALFORMED', model)
  const contents = output.flatMap((item) => (item.type === 'message' ? item.content : []))
  const toolCalls = output.flatMap((item) =>
    item.type === 'function_call' ? [{ id: item.call_id, name: item.name, arguments: item.arguments }] : [],
  )
  const refusal = contents.flatMap((part) => (part.type === 'refusal' ? [part.refusal] : [])).join('')
  return {
    text: contents.flatMap((part) => (part.type === 'output_text' ? [part.text] : [])).join(''),
    refusal: refusal || undefined,
    toolCalls,
    finishReason: finishReasonOf(status, incomplete?.reason, toolCalls.length > 0),
    usage: {
      input: usage?.input_tokens,
      output: usage?.output_tokens,
      cached: usage?.input_tokens_details?.cached_tokens,
    },
  }
}

function finishReasonOf(status: string | undefined, why: string | undefined, hasCalls: boolean): FinishReason {
  if (why === 'content_filter') return 'refused'
  if (why === 'max_output_tokens') return 'length'
  if (hasCalls) return 'tool-calls'
  return status === 'completed' ? 'stop' : 'other'
}
