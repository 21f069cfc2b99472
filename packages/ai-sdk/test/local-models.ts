import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { createOpenAICompatible as ofVersion5 } from '@ai-sdk/openai-compatible-5'
import { createOpenAICompatible as ofVersion6 } from '@ai-sdk/openai-compatible-6'
import type { AnyEmbeddingModel, AnyLanguageModel } from '@skein/ai-sdk'

export { openStore, startServer } from '../../openai/test/open-shared.ts'

/** What a provider of each generation makes of a server. */
export interface LocalModels {
  readonly chat: AnyLanguageModel
  readonly embedder: AnyEmbeddingModel
}

/** Providers for the AI SDK 5, 6 and 7: models of the versions 2, 3 and 4. */
export const generations: Readonly<Record<'V2' | 'V3' | 'V4', (baseURL: string) => LocalModels>> = {
  V2: (baseURL) => modelsOf(ofVersion5({ name: 'local', baseURL, apiKey: 'key', includeUsage: true })),
  V3: (baseURL) => modelsOf(ofVersion6({ name: 'local', baseURL, apiKey: 'key', includeUsage: true })),
  V4: (baseURL) =>
    modelsOf(
      createOpenAICompatible({
        name: 'local',
        baseURL,
        apiKey: 'key',
        includeUsage: true,
        supportsStructuredOutputs: true,
      }),
    ),
}

/** The newest, at a server. */
export function newestModel(baseURL: string): AnyLanguageModel {
  return generations.V4(baseURL).chat
}

function modelsOf(provider: {
  chatModel(name: string): AnyLanguageModel
  textEmbeddingModel(name: string): AnyEmbeddingModel
}): LocalModels {
  return { chat: provider.chatModel('gpt-test'), embedder: provider.textEmbeddingModel('vectors') }
}
