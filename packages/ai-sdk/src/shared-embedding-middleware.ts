import type { EmbeddingModelV4Middleware } from '@ai-sdk/provider'
import { shareModel } from '@skein/core'
import { estimateTokens } from '@skein/core/executor'
import type { Model } from '@skein/core/executor'
import type { View } from '@skein/memory'
import { requireLifetime, requireOptions } from '@skein/memory/runtime'
import type { OptionKinds } from '@skein/memory/runtime'

import { modelName, modelSettings, resolveSettings, settingKinds } from './call-settings.ts'
import type { CallSettings } from './call-settings.ts'
import { embedTexts } from './calls/embed-texts.ts'
import { embeddingCalls } from './calls/language-model.ts'
import { runExchange } from './calls/run-exchange.ts'
import { requireView } from './sharing/require-view.ts'

/** Options of {@link sharedEmbeddingMiddleware}. */
export interface SharedEmbeddingOptions extends Omit<CallSettings, 'idleTimeoutMs'> {
  /** The memory as the agent sees it: `memory.as({ id, role })`, or `context.memory` in an activity. */
  readonly memory: View
  /** How long a vector may be reused, in milliseconds. @defaultValue no limit */
  readonly ttlMs?: number
}

const { idleTimeoutMs: _, ...callKinds } = settingKinds
const kinds: OptionKinds<SharedEmbeddingOptions> = { ...callKinds, memory: 'any', ttlMs: 'any' }

/**
 * Middleware for the AI SDK's `wrapEmbeddingModel`. Each text is embedded once for all agents, processes and machines
 * that share the memory. Vectors are stored as 32-bit floats.
 *
 * @throws OptionError
 *
 * @example
 * ```ts
 * import { sharedEmbeddingMiddleware } from '@skein/ai-sdk'
 * import { mapStore, openMemory } from '@skein/memory'
 * import { wrapEmbeddingModel } from 'ai'
 *
 * const memory = await openMemory({ store: mapStore() })
 * const middleware = sharedEmbeddingMiddleware({ memory: memory.as({ id: 'ann', role: 'research' }) })
 * type Model = Parameters<typeof wrapEmbeddingModel>[0]['model']
 * const shared = (model: Model) => wrapEmbeddingModel({ model, middleware })
 * shared.length // => 1
 * await memory.close()
 * ```
 */
export function sharedEmbeddingMiddleware(options: SharedEmbeddingOptions): EmbeddingModelV4Middleware {
  const { memory, ttlMs, ...given } = requireOptions('sharedEmbeddingMiddleware', options, kinds)
  requireView(memory)
  if (ttlMs !== undefined) requireLifetime('ttlMs', ttlMs)
  const patience = resolveSettings(given)
  const settings = modelSettings(patience)
  return {
    specificationVersion: 'v4',
    wrapEmbed: async ({ params, model }) => {
      const { values, abortSignal, providerOptions = {} } = params
      const id = patience.id ?? modelName(model, providerOptions)
      const calls = embeddingCalls(model)
      const shared: Model = {
        id,
        settings,
        embed: (request, { signal } = {}) => {
          const input = (): number => request.texts.reduce((sum, text) => sum + estimateTokens(text), 0)
          return runExchange(id, patience, { signal, input }, (exchange) =>
            embedTexts(calls, request, providerOptions, exchange),
          )
        },
      }
      const { vectors, usage, reused, usd } = await shareModel(shared, memory).embed(
        { texts: values },
        { ...(abortSignal && { signal: abortSignal }), ...(ttlMs !== undefined && { ttlMs }) },
      )
      return {
        embeddings: vectors.map((vector) => Array.from(vector)),
        usage: { tokens: usage.inputTokens },
        providerMetadata: { skein: { reused, ...(usd !== undefined && { usd }) } },
        warnings: [],
      }
    },
  }
}
