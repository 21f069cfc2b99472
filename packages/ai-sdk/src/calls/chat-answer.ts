import { isCount } from '@skein/core/executor'
import type { FinishReason, RawAnswer, RawToolCall, ReportedUsage } from '@skein/core/executor'

import { fieldsOf, textOf } from './fields.ts'
import type { ContentPart, GivenAnswer } from './language-model.ts'

/** An answer of the AI SDK as one of Skein, before its parts are checked. */
export function rawAnswer({ content, finishReason, usage }: GivenAnswer): RawAnswer {
  const unified = typeof finishReason === 'string' ? finishReason : textOf(fieldsOf(finishReason)['unified'])
  const text = textIn(content, 'text')
  const reason = reasons[unified] ?? 'other'
  return {
    text,
    reasoning: textIn(content, 'reasoning'),
    // A filter says nothing; what the model has said until then explains it.
    refusal: reason === 'refused' ? text || 'The provider filtered the answer.' : '',
    toolCalls: content.filter((part) => part.type === 'tool-call' && part['providerExecuted'] !== true).map(rawCall),
    finishReason: reason,
    usage: reportedUsage(usage),
  }
}

const reasons: Readonly<Record<string, FinishReason>> = {
  stop: 'stop',
  length: 'length',
  'tool-calls': 'tool-calls',
  'content-filter': 'refused',
}

/** The texts of all parts of a type. */
function textIn(content: readonly ContentPart[], type: string): string {
  return content.map((part) => (part.type === type ? textOf(part['text']) : '')).join('')
}

function rawCall({ toolCallId, toolName, input }: ContentPart): RawToolCall {
  return {
    id: textOf(toolCallId),
    name: textOf(toolName),
    arguments: typeof input === 'string' ? input : JSON.stringify(input ?? {}),
  }
}

/** Numbers in version 2, sorted by kind since version 3. */
function reportedUsage(usage: unknown): ReportedUsage {
  const { inputTokens, outputTokens, cachedInputTokens } = fieldsOf(usage)
  if (isCount(inputTokens) || isCount(outputTokens)) {
    return { input: inputTokens, output: outputTokens, cached: cachedInputTokens }
  }
  const { total, cacheRead, cacheWrite } = fieldsOf(inputTokens)
  return { input: total, output: fieldsOf(outputTokens)['total'], cached: cacheRead, written: cacheWrite }
}
