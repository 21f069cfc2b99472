import { hash } from 'node:crypto'

import type { View, WorkContext } from '@skein/memory'

import type { ActivityUsage } from './executor.ts'
import type { Model, ModelRequest, ModelResponse } from './model.ts'

/** Adds up what the calls through a shared model used. */
export type UsageMeter = { -readonly [Name in keyof ActivityUsage]: number }

/** A meter that stands at zero. */
export function usageMeter(): UsageMeter {
  return { modelCalls: 0, reusedCalls: 0, savedTokens: 0, inputTokens: 0, outputTokens: 0 }
}

/**
 * A model whose equal requests are answered once for the whole memory: joined
 * while a call runs, answered from the memory afterwards.
 */
export function sharedModel(model: Model, memory: View, meter: UsageMeter): Model {
  return {
    id: model.id,
    descriptor: model.descriptor,
    generate: async (request: ModelRequest, options?: { readonly signal?: AbortSignal }): Promise<ModelResponse> => {
      const key = `model/${model.id}/${hash('sha256', JSON.stringify(request), 'hex')}`
      const call = async ({ signal, spend }: WorkContext): Promise<ModelResponse> => {
        const response = await model.generate(request, { signal })
        spend(response.usage.inputTokens + response.usage.outputTokens)
        meter.modelCalls += 1
        meter.inputTokens += response.usage.inputTokens
        meter.outputTokens += response.usage.outputTokens
        return response
      }
      const answer = await memory.once(key, call, options?.signal ? { signal: options.signal } : {})
      if (answer.reused) {
        meter.reusedCalls += 1
        meter.savedTokens += answer.tokens
      }
      return answer.value
    },
  }
}
