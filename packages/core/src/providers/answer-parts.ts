import type { ChatRequest, ChatResponse, ToolCall } from '../models/chat.ts'
import { ModelCallError } from '../models/model-errors.ts'
import type { ModelUsage } from '../models/usage.ts'
import { estimateTokens } from '../text/estimate-tokens.ts'

/** A tool call as a server sends it; the arguments are JSON text. */
export interface RawToolCall {
  id: string
  name: string
  arguments: string
}

/** An answer as a server sends it, before its parts are checked. */
export interface RawAnswer {
  readonly text: string
  /** What the model thought aloud; `''` for nothing. */
  readonly reasoning: string
  /** `''` where the model did not refuse. */
  readonly refusal: string
  readonly toolCalls: readonly RawToolCall[]
  readonly finishReason: ChatResponse['finishReason']
  readonly usage: ReportedUsage
}

/** Token counts as a server reports them, which may be anything. */
export interface ReportedUsage {
  /** With what came from the prompt cache, and what was written to it. */
  readonly input: unknown
  readonly output: unknown
  /** Those of the input that came from the server's prompt cache. */
  readonly cached: unknown
  /** Those of the input that were written to it, where that has a price. */
  readonly written?: unknown
}

/**
 * Checks the parts of an answer as a server sent them, and makes a response of them.
 *
 * @throws ModelCallError when a tool has no name, or its arguments are not JSON.
 */
export function toResponse(model: string, request: ChatRequest, raw: RawAnswer): ChatResponse {
  const { text, refusal, reasoning } = raw
  const said = text + reasoning + raw.toolCalls.map((call) => call.arguments).join('')
  const usage = checkedUsage(raw.usage, request, said)
  const toolCalls = raw.toolCalls.map(({ id, name, arguments: given }): ToolCall => {
    const parsed = name === '' ? undefined : parseArguments(given)
    if (parsed !== undefined) return { id, name, arguments: parsed }
    const usedTokens = { input: usage.inputTokens, output: usage.outputTokens }
    throw new ModelCallError('SKEIN_MODEL_MALFORMED', model, { usedTokens })
  })
  return {
    text,
    toolCalls,
    finishReason: refusal === '' ? reasonFor(raw.finishReason, toolCalls.length > 0) : 'refused',
    ...(refusal !== '' && { refusal }),
    ...(reasoning !== '' && { reasoning }),
    usage,
  }
}

/** Servers say `stop` where a tool is called, and `tool_calls` where the calls got lost. */
function reasonFor(reason: ChatResponse['finishReason'], hasCalls: boolean): ChatResponse['finishReason'] {
  if (reason === 'stop' && hasCalls) return 'tool-calls'
  return reason === 'tool-calls' && !hasCalls ? 'other' : reason
}

/** `undefined` for what is no JSON. Some servers encode it twice. */
function parseArguments(given: string): ToolCall['arguments'] | undefined {
  if (given.trim() === '') return {}
  try {
    const parsed = JSON.parse(given) as ToolCall['arguments']
    return typeof parsed === 'string' && parsed.startsWith('{') ? (JSON.parse(parsed) as ToolCall['arguments']) : parsed
  } catch {
    return undefined
  }
}

/** The usage that the server reports, or an estimate if that is impossible. */
function checkedUsage(
  { input, output, cached, written }: ReportedUsage,
  request: ChatRequest,
  answer: string,
): ModelUsage {
  if (isCount(input) && input > 0 && isCount(output)) {
    const cachedInputTokens = isCount(cached) && cached <= input ? cached : 0
    const cacheWriteTokens = isCount(written) && cachedInputTokens + written <= input ? written : 0
    return {
      inputTokens: input,
      outputTokens: output,
      ...(cachedInputTokens > 0 && { cachedInputTokens }),
      ...(cacheWriteTokens > 0 && { cacheWriteTokens }),
    }
  }
  return { inputTokens: estimateInput(request), outputTokens: estimateTokens(answer), estimated: true }
}

/** Estimates the tokens of a request. */
export function estimateInput({ messages, tools, schema }: ChatRequest): number {
  const rest = tools || schema ? estimateTokens(JSON.stringify([tools, schema])) : 0
  return messages.reduce((sum, { text }) => sum + estimateTokens(text), rest)
}

/** Whether a value is a number of tokens. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
