import type { View } from '@skein/memory'
import { attribute, mayHold, traced, tracerOf } from '@skein/memory/runtime'
import type { OpenSpan, Operation, SpanAttributes, SpanStart } from '@skein/memory/runtime'
import type { Label } from '@skein/memory/store'

/** What a span reports on a request, where it asks for text. */
interface Asked {
  readonly messages: readonly { readonly role: string; readonly text: string }[]
  readonly schema?: unknown
  readonly temperature?: number
  readonly topP?: number
  readonly maxOutputTokens?: number
}

/** A call to a model, as a span tells it. */
interface Call {
  readonly model: string
  readonly memory: View
  readonly operation: Extract<Operation, 'chat' | 'embeddings'>
  /** Of what is sent. */
  readonly label: Label
  /** Absent where vectors are asked for. */
  readonly request?: Asked
}

/** What a span reports on an answer. */
interface Outcome {
  readonly reused: boolean
  readonly usd: number | undefined
  readonly usage: {
    readonly inputTokens: number
    readonly outputTokens: number
    readonly cachedInputTokens?: number | undefined
    readonly cacheWriteTokens?: number | undefined
  }
  readonly finishReason?: string
  readonly text?: string
}

/** Makes a call to a model as a span, with its retries, where somebody traces. @param tell - What the outcome is. */
export function traceCall<Result>(
  call: Call,
  code: () => Promise<Result>,
  tell: (result: Result) => Outcome,
): Promise<Result> {
  const tracer = tracerOf(call.memory)
  if (!tracer) return code()
  const isHeld = mayHold(tracer.content, call.label)
  return traced(tracer, startOf(call), async (span) => {
    // An error may quote what was sent.
    span.describe(call.label, {}, isHeld && call.request ? askedContent(call.request) : {})
    const result = await code()
    tellOutcome(span, tell(result), isHeld, call.label)
    return result
  })
}

function startOf({ model, memory, operation, request = { messages: [] } }: Call): SpanStart {
  const slash = model.indexOf('/')
  const name = model.slice(slash + 1)
  const { temperature, topP, maxOutputTokens, schema } = request
  const { id, role } = memory.principal
  return {
    operation,
    target: name,
    kind: 'client',
    attributes: {
      [attribute.provider]: slash < 0 ? 'skein' : model.slice(0, slash),
      [attribute.requestModel]: name,
      [attribute.agentId]: id,
      [attribute.agentName]: role,
      ...(temperature !== undefined && { [attribute.temperature]: temperature }),
      ...(topP !== undefined && { [attribute.topP]: topP }),
      ...(maxOutputTokens !== undefined && { [attribute.maxTokens]: maxOutputTokens }),
      ...(schema !== undefined && { [attribute.outputType]: 'json' }),
    },
  }
}

function tellOutcome(
  span: OpenSpan,
  { reused, usd, usage, finishReason, text }: Outcome,
  isHeld: boolean,
  label: Label,
): void {
  const { inputTokens, outputTokens, cachedInputTokens, cacheWriteTokens } = usage
  span.set({
    [attribute.reused]: reused,
    ...(finishReason !== undefined && { [attribute.finishReasons]: [finishReason] }),
    // What was reused used nothing.
    ...(!reused && {
      [attribute.inputTokens]: inputTokens,
      [attribute.outputTokens]: outputTokens,
      ...(cachedInputTokens !== undefined && { [attribute.cacheReadTokens]: cachedInputTokens }),
      ...(cacheWriteTokens !== undefined && { [attribute.cacheCreationTokens]: cacheWriteTokens }),
      ...(usd !== undefined && { [attribute.usd]: usd }),
    }),
  })
  if (!isHeld || text === undefined) return
  const message = { role: 'assistant', parts: [{ type: 'text', content: text }], finish_reason: finishReason ?? 'stop' }
  span.describe(label, {}, { [attribute.outputMessages]: JSON.stringify([message]) })
}

function askedContent({ messages }: Asked): SpanAttributes {
  const told = messages.map(({ role, text }) => ({ role, parts: [{ type: 'text', content: text }] }))
  return { [attribute.inputMessages]: JSON.stringify(told) }
}
