/**
 * Puts a language model of Vercel's AI SDK (`LanguageModelV3`) under a flock:
 * its calls are then shared, counted, and kept within budgets like any other's.
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

/** What the adapter needs of the AI SDK's interface; its own models fit it. */
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
 * @param descriptor - How a worker thread makes the same model: a function of a module, such as one that calls this one.
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
      // What streams calls this with each piece; the whole text is a piece too.
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
    // Providers quote prompts in their messages: only what happened is passed on.
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

// In earnest: `import { anthropic } from '@ai-sdk/anthropic'`, and `anthropic('claude-…')` in place of this one.
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

/** What a worker thread makes the model by. */
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
  console.log(`${calls} call, ${line?.reused} reused, ${line?.savedTokens} tokens spared`)
}
