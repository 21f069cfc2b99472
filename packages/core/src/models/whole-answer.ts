import type { ChatRequest, ChatResponse, ToolCall } from './chat.ts'
import { readJson } from './structured-output.ts'

/**
 * Whether an answer is one that everybody may get who asks the same: it ended by itself, says
 * something, and has the form that was asked for. Others are for the caller alone.
 *
 * An answer that was cut counts only as text, and only where the caller set the length.
 */
export function isWhole(answer: unknown, request: ChatRequest): answer is ChatResponse {
  // Whatever is stored: an earlier or later version may have other answers.
  const { text, toolCalls, finishReason } = (answer ?? {}) as Partial<ChatResponse>
  if (typeof text !== 'string' || !Array.isArray(toolCalls)) return false
  const { schema, toolChoice, maxOutputTokens } = request
  const isSaid = text.trim() !== ''
  switch (finishReason) {
    case 'stop':
    case 'tool-calls':
      if (toolCalls.length > 0) return toolCalls.every((call: ToolCall) => fits(call, request))
      return isSaid && toolChoice !== 'required' && (!schema || readJson(text) !== undefined)
    case 'length':
      return isSaid && toolCalls.length === 0 && !schema && maxOutputTokens !== undefined
    default:
      return false
  }
}

/** Whether a call names a tool of the request and has all that it requires. The tool itself checks the rest. */
function fits({ name, arguments: given }: ToolCall, { tools = [] }: ChatRequest): boolean {
  const tool = tools.find((one) => one.name === name)
  if (!tool || typeof given !== 'object' || given === null || Array.isArray(given)) return false
  const { required } = tool.parameters
  return !Array.isArray(required) || required.every((key) => typeof key === 'string' && Object.hasOwn(given, key))
}
