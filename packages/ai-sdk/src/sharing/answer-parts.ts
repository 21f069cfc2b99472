import type { LanguageModelV4GenerateResult, LanguageModelV4StreamPart } from '@ai-sdk/provider'

type Content = LanguageModelV4GenerateResult['content'][number]

/** An answer as a stream of parts, in the order in which providers send them. */
export function partsOf(answer: LanguageModelV4GenerateResult): LanguageModelV4StreamPart[] {
  const { content, finishReason, usage, warnings, providerMetadata, response } = answer
  const { id, timestamp, modelId } = response ?? {}
  const known = {
    ...(id !== undefined && { id }),
    ...(timestamp && { timestamp }),
    ...(modelId !== undefined && { modelId }),
  }
  return [
    { type: 'stream-start', warnings },
    { type: 'response-metadata', ...known },
    ...content.flatMap((part, index) => partsOfContent(part, String(index))),
    { type: 'finish', finishReason, usage, ...(providerMetadata && { providerMetadata }) },
  ]
}

function partsOfContent(part: Content, id: string): LanguageModelV4StreamPart[] {
  if (part.type === 'text' || part.type === 'reasoning') {
    const { type, text, ...details } = part
    // What the whole bears comes with the end, as signatures of thoughts do.
    return [
      { type: `${type}-start`, id },
      { type: `${type}-delta`, id, delta: text },
      { type: `${type}-end`, id, ...details },
    ]
  }
  if (part.type !== 'tool-call') return [part]
  const { toolCallId, toolName, input, providerExecuted, dynamic } = part
  const how = { ...(providerExecuted !== undefined && { providerExecuted }), ...(dynamic !== undefined && { dynamic }) }
  return [
    { type: 'tool-input-start', id: toolCallId, toolName, ...how },
    { type: 'tool-input-delta', id: toolCallId, delta: input },
    { type: 'tool-input-end', id: toolCallId },
    part,
  ]
}
