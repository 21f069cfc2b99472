/**
 * Connects a language model of Vercel's AI SDK (`LanguageModelV3`) to a flock, which
 * then shares its calls, counts them, and keeps them within budgets like any other's.
 *
 * Run it: `node examples/ai-sdk-model.ts`
 *
 * @module
 */

import { ModelCallError, shareModel } from '@skein/core'
import { estimateTokens } from '@skein/core/executor'
import type { ChatMessage, ChatRequest, FinishReason, Model } from '@skein/core/executor'
import { mapStore, openMemory } from '@skein/memory'
import type { WorkerModule } from '@skein/memory/store'

/** The part of the AI SDK's interface that the adapter needs. The SDK's models implement it. */
interface LanguageModelV3 {
  readonly provider: string
  readonly modelId: string
  doGenerate(options: CallOptions): PromiseLike<{
    readonly content: readonly { readonly type: string; readonly text?: string }[]
    readonly finishReason: { readonly unified: string }
    readonly usage: Record<'inputTokens' | 'outputTokens', { readonly total: number | undefined }>
  }>
}

interface CallOptions {
  readonly prompt: readonly PromptMessage[]
  readonly temperature?: number | undefined
  readonly maxOutputTokens?: number | undefined
  readonly responseFormat?: { readonly type: 'json'; readonly name: string; readonly schema: object }
  readonly abortSignal?: AbortSignal | undefined
}

type PromptMessage =
  | { readonly role: 'system'; readonly content: string }
  | {
      readonly role: 'user' | 'assistant'
      readonly content: readonly { readonly type: 'text'; readonly text: string }[]
    }

/**
 * Wraps a model of the AI SDK.
 *
 * @param descriptor - Names a function that creates the same model in a worker thread, such as one that calls this one.
 */
export function aiSdkModel(model: LanguageModelV3, descriptor: WorkerModule): Model {
  const id = `${model.provider}/${model.modelId}`
  return {
    id,
    descriptor,
    settings: { allows: { level: 'public' } },
    async chat(request, { signal, onText } = {}) {
      const { content, finishReason, usage } = await ask(model, id, request, signal)
      const text = content.map((part) => (part.type === 'text' ? (part.text ?? '') : '')).join('')
      // A streaming model calls this with each piece. The whole text counts as one piece.
      onText?.(text)
      const { inputTokens, outputTokens } = usage
      return {
        text,
        toolCalls: [],
        finishReason: reasons[finishReason.unified] ?? 'other',
        usage: { inputTokens: inputTokens.total ?? 0, outputTokens: outputTokens.total ?? estimateTokens(text) },
      }
    },
  }
}

async function ask(model: LanguageModelV3, id: string, request: ChatRequest, signal: AbortSignal | undefined) {
  const { messages, schema, temperature, maxOutputTokens } = request
  const prompt = messages.map(toPrompt)
  const responseFormat = schema && ({ type: 'json', ...schema } as const)
  try {
    const options = {
      prompt,
      temperature,
      maxOutputTokens,
      abortSignal: signal,
      ...(responseFormat && { responseFormat }),
    }
    return await model.doGenerate(options)
  } catch (error) {
    signal?.throwIfAborted()
    // Providers quote prompts in their messages, so pass on the kind of failure only.
    const { statusCode, isRetryable } = error as { statusCode?: number; isRetryable?: boolean }
    const code = statusCode === 429 ? 'SKEIN_MODEL_RATE_LIMITED' : 'SKEIN_MODEL_SERVER'
    throw new ModelCallError(code, id, { status: statusCode, retryable: isRetryable ?? false })
  }
}

function toPrompt(message: ChatMessage): PromptMessage {
  if (message.role === 'system') return { role: 'system', content: message.text }
  return { role: message.role === 'assistant' ? 'assistant' : 'user', content: [{ type: 'text', text: message.text }] }
}

const reasons: Readonly<Record<string, FinishReason>> = { stop: 'stop', length: 'length', 'content-filter': 'refused' }

// For real use, `import { anthropic } from '@ai-sdk/anthropic'` and replace this model by `anthropic('claude-…')`.
let calls = 0
const parrot: LanguageModelV3 = {
  provider: 'aviary',
  modelId: 'parrot-1',
  async doGenerate({ prompt }) {
    calls += 1
    const last = prompt.at(-1)?.content
    const heard = typeof last === 'string' ? last : (last?.[0]?.text ?? '')
    return {
      content: [{ type: 'text', text: `${heard} ${heard}` }],
      finishReason: { unified: 'stop' },
      usage: { inputTokens: { total: estimateTokens(heard) }, outputTokens: { total: 2 * estimateTokens(heard) } },
    }
  },
}

/** Creates the model, also in worker threads. */
export function parrotModel(): Model {
  return aiSdkModel(parrot, { module: import.meta.url, name: 'parrotModel', options: undefined })
}

if (import.meta.main) {
  await using memory = await openMemory({ store: mapStore() })
  const model = parrotModel()
  for (const id of ['ann', 'bob', 'cid']) {
    const shared = shareModel(model, memory.as({ id, role: 'asker' }))
    const { text, reused } = await shared.chat({ messages: [{ role: 'user', text: 'Polly wants a cracker.' }] })
    console.log(`${id}: ${text}${reused ? ' (known)' : ''}`)
  }
  const { model: line } = await memory.ledger()
  console.log(
    `${calls} call, ${line?.reused} reused, ${(line?.saved.inputTokens ?? 0) + (line?.saved.outputTokens ?? 0)} tokens saved`,
  )
}
