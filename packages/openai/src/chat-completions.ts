import { ModelCallError } from '@skein/core'
import type { ChatMessage, ChatRequest, FinishReason } from '@skein/core/executor'
import type { OpenAI } from 'openai'

import { isStrict } from './answer-parts.ts'
import type { RawAnswer } from './answer-parts.ts'
import type { Exchange } from './exchange.ts'

type Body = OpenAI.ChatCompletionCreateParamsNonStreaming
type Chunk = OpenAI.ChatCompletionChunk

/** Calls the Chat Completions API, which every compatible server has. */
export async function completeChat(client: OpenAI, body: Body, exchange: Exchange): Promise<RawAnswer> {
  const { signal, onText } = exchange
  if (!onText) {
    const completion = await client.chat.completions.create(body, { signal })
    return fromCompletion(exchange, completion)
  }
  const streamed = { ...body, stream: true, stream_options: { include_usage: true } } as const
  const chunks = await client.chat.completions.create(streamed, { signal })
  return collect(chunks, exchange)
}

/** @param isOpenAI - OpenAI's newer models accept only the new name of a parameter, many servers only the old one. */
export function chatBody(model: string, request: ChatRequest, isOpenAI: boolean): Body {
  const { messages, tools, toolChoice, schema, temperature, topP, maxOutputTokens, stop, seed, extra } = request
  const body: Body = { model, messages: messages.map(toMessage) }
  if (tools && tools.length > 0) {
    body.tools = tools.map(({ name, description, parameters }) => ({
      type: 'function',
      function: { name, parameters: { ...parameters }, ...(description !== undefined && { description }) },
    }))
    if (toolChoice) body.tool_choice = toolChoice
  }
  if (schema) {
    const strict = isStrict(schema.schema)
    body.response_format = {
      type: 'json_schema',
      json_schema: { name: schema.name, schema: { ...schema.schema }, strict },
    }
  }
  if (temperature !== undefined) body.temperature = temperature
  if (topP !== undefined) body.top_p = topP
  if (maxOutputTokens !== undefined) body[isOpenAI ? 'max_completion_tokens' : 'max_tokens'] = maxOutputTokens
  if (stop && stop.length > 0) body.stop = [...stop]
  if (seed !== undefined) body.seed = seed
  return Object.assign(body, extra)
}

function toMessage(message: ChatMessage): OpenAI.ChatCompletionMessageParam {
  const { text: content } = message
  if (message.role === 'tool') return { role: 'tool', tool_call_id: message.toolCallId, content }
  if (message.role !== 'assistant' || !message.toolCalls?.length) return { role: message.role, content }
  const tool_calls = message.toolCalls.map(({ id, name, arguments: given }) => {
    return { id, type: 'function', function: { name, arguments: JSON.stringify(given) } } as const
  })
  return { role: 'assistant', content: content === '' ? null : content, tool_calls }
}

/** Servers do not always send what their types promise. */
type Loose<T> = T extends object ? { readonly [K in keyof T]?: Loose<T[K]> | null } : T

function fromCompletion({ model, begin }: Exchange, completion: Loose<OpenAI.ChatCompletion> | undefined): RawAnswer {
  begin('')
  const choice = completion?.choices?.[0]
  const message = choice?.message
  if (!choice || !message || typeof (message.content ?? '') !== 'string') {
    throw new ModelCallError('SKEIN_MODEL_MALFORMED', model)
  }
  const toolCalls = (message.tool_calls ?? []) as readonly Loose<OpenAI.ChatCompletionMessageFunctionToolCall>[]
  return {
    text: message.content ?? '',
    refusal: message.refusal ?? undefined,
    toolCalls: toolCalls.map(({ id, function: called }) => ({
      id: id ?? '',
      name: called?.name ?? '',
      arguments: called?.arguments ?? '',
    })),
    finishReason: finishReasonOf(choice.finish_reason),
    usage: usageOf(completion?.usage),
  }
}

async function collect(chunks: AsyncIterable<Loose<Chunk>>, { model, begin }: Exchange): Promise<RawAnswer> {
  let text = ''
  let refusal = ''
  let finish: string | undefined
  let usage: Loose<Chunk>['usage']
  const calls: { id: string; name: string; arguments: string }[] = []
  try {
    for await (const { choices, usage: reported } of chunks) {
      usage = reported ?? usage
      const choice = choices?.[0]
      const { content, refusal: refused, tool_calls: called } = choice?.delta ?? {}
      text += content ?? ''
      refusal += refused ?? ''
      begin(content ?? '')
      finish = choice?.finish_reason ?? finish
      for (const { index = 0, id, function: part } of (called ??
        []) as readonly Loose<OpenAI.ChatCompletionChunk.Choice.Delta.ToolCall>[]) {
        const call = (calls[index ?? 0] ??= { id: '', name: '', arguments: '' })
        call.id ||= id ?? ''
        call.name += part?.name ?? ''
        call.arguments += part?.arguments ?? ''
      }
    }
  } catch (error) {
    // The answer was complete: what followed does not matter, and another attempt would be billed again.
    if (finish === undefined) throw error
  }
  if (finish === undefined) throw new ModelCallError('SKEIN_MODEL_CUT', model)
  return {
    text,
    refusal: refusal || undefined,
    toolCalls: Object.values(calls),
    finishReason: finishReasonOf(finish),
    usage: usageOf(usage),
  }
}

function finishReasonOf(reason: string | null | undefined): FinishReason {
  return reasons.get(reason ?? '') ?? 'other'
}

const reasons: ReadonlyMap<string, FinishReason> = new Map([
  ['stop', 'stop'],
  ['length', 'length'],
  ['tool_calls', 'tool-calls'],
  ['function_call', 'tool-calls'],
  ['content_filter', 'refused'],
])

function usageOf(usage: Loose<OpenAI.CompletionUsage> | null | undefined): RawAnswer['usage'] {
  return {
    input: usage?.prompt_tokens,
    output: usage?.completion_tokens,
    cached: usage?.prompt_tokens_details?.cached_tokens,
  }
}
