import { ModelCallError } from '@skein/core'
import { estimateTokens } from '@skein/core/executor'
import type { ChatRequest, ChatResponse, JsonSchema, ModelUsage, ToolCall } from '@skein/core/executor'

/** An answer as a server sends it, before its parts are checked. */
export interface RawAnswer {
  readonly text: string
  readonly refusal: string | undefined
  readonly toolCalls: readonly { readonly id: string; readonly name: string; readonly arguments: string }[]
  readonly finishReason: ChatResponse['finishReason']
  readonly usage: ReportedUsage
}

/** Token counts as a server reports them, which may be anything. */
export interface ReportedUsage {
  readonly input: unknown
  readonly output: unknown
  readonly cached?: unknown
}

/** @throws ModelCallError when the arguments of a tool are not JSON. */
export function toResponse(model: string, request: ChatRequest, raw: RawAnswer): ChatResponse {
  const { text, refusal, finishReason } = raw
  const usage = checkedUsage(raw.usage, request, text + raw.toolCalls.map((call) => call.arguments).join(''))
  const toolCalls = raw.toolCalls.map(({ id, name, arguments: given }): ToolCall => {
    try {
      return { id, name, arguments: given.trim() === '' ? {} : (JSON.parse(given) as ToolCall['arguments']) }
    } catch {
      const usedTokens = { input: usage.inputTokens, output: usage.outputTokens }
      throw new ModelCallError('SKEIN_MODEL_MALFORMED', model, { usedTokens })
    }
  })
  const isRefused = refusal !== undefined && refusal !== ''
  return {
    text,
    toolCalls,
    finishReason: isRefused ? 'refused' : finishReason,
    ...(isRefused && { refusal }),
    usage,
  }
}

/** The usage that the server reports, or an estimate if that is impossible. */
function checkedUsage({ input, output, cached }: ReportedUsage, request: ChatRequest, answer: string): ModelUsage {
  if (isCount(input) && isCount(output)) {
    const isCached = isCount(cached) && cached > 0 && cached <= input
    return { inputTokens: input, outputTokens: output, ...(isCached && { cachedInputTokens: cached }) }
  }
  return { inputTokens: estimateInput(request), outputTokens: estimateTokens(answer), estimated: true }
}

/** Estimates the tokens of a request. */
export function estimateInput({ messages, tools, schema }: ChatRequest): number {
  const rest = tools || schema ? estimateTokens(JSON.stringify([tools, schema])) : 0
  return messages.reduce((sum, { text }) => sum + estimateTokens(text), rest)
}

/**
 * Whether a server can enforce a schema: every object has to be closed and require
 * all its properties. Servers reject other schemas with `strict`.
 */
export function isStrict(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.every(isStrict)
  if (typeof schema !== 'object' || schema === null) return true
  const { type, properties, required, additionalProperties } = schema as JsonSchema
  if (type === 'object' || properties !== undefined) {
    const names = Object.keys((properties ?? {}) as object)
    const all = Array.isArray(required) && names.every((name) => required.includes(name))
    if (additionalProperties !== false || !all) return false
  }
  return Object.values(schema).every(isStrict)
}

export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
