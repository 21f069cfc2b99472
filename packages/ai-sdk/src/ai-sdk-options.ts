import { readPrompts, requireModelSettings } from '@skein/core/executor'
import type { ModelSettings, PromptTexts } from '@skein/core/executor'
import { OptionError } from '@skein/memory'
import { requireOptions } from '@skein/memory/runtime'
import type { OptionKinds } from '@skein/memory/runtime'

import { requireProviderOptions, resolveSettings, settingKinds } from './call-settings.ts'
import type { CallSettings, ResolvedSettings } from './call-settings.ts'
import type { AnyEmbeddingModel, AnyLanguageModel, ProviderOptions } from './calls/language-model.ts'

/** Options of {@link aiSdkModel}. */
export interface AiSdkModelOptions extends CallSettings, Pick<ModelSettings, 'embedPrice' | 'maxPassageTokens'> {
  /** The model for `embed`. If the model is given as a module, export `embedder` from that module instead. */
  readonly embedder?: AnyEmbeddingModel

  /**
   * Provider-specific options for every call, by provider name: `{ anthropic: { effort: 'low' } }`. For a single
   * request, use its `extra`.
   */
  readonly providerOptions?: ProviderOptions

  /** Name of the module's export that holds the model. @defaultValue 'model' */
  readonly exportName?: string

  /** A folder with your own prompts, or the prompts themselves; see `readPrompts` of `@skein/core/executor`. */
  readonly prompts?: string | URL | PromptTexts
}

/** Options with every default filled in: plain data, which can be sent to worker threads. */
export interface ResolvedAiSdkOptions extends ResolvedSettings, Pick<ModelSettings, 'embedPrice' | 'maxPassageTokens'> {
  readonly providerOptions: ProviderOptions
  readonly exportName: string
  readonly prompts: PromptTexts
}

/** The name of the model among the exports of its module, unless an option says otherwise. */
export const usualExport = 'model'

const kinds: OptionKinds<AiSdkModelOptions> = {
  ...settingKinds,
  embedPrice: 'any',
  maxPassageTokens: 'any',
  embedder: 'object',
  providerOptions: 'object',
  exportName: 'string',
  prompts: 'any',
}

/** @throws OptionError */
export function resolveAiSdkOptions(given: AiSdkModelOptions): ResolvedAiSdkOptions {
  const options = requireOptions('aiSdkModel', given, kinds)
  const {
    embedder,
    embedPrice,
    maxPassageTokens,
    providerOptions = {},
    exportName = usualExport,
    prompts = {},
  } = options
  if (embedder !== undefined && !isEmbedder(embedder)) {
    throw new OptionError('embedder', 'an embedding model of the AI SDK', embedder)
  }
  const more = {
    ...(embedPrice && { embedPrice }),
    ...(maxPassageTokens !== undefined && { maxPassageTokens }),
  }
  requireModelSettings(more)
  requireProviderOptions(providerOptions)
  return {
    ...resolveSettings(options),
    providerOptions,
    exportName,
    prompts: typeof prompts === 'string' || prompts instanceof URL ? readPrompts(prompts) : prompts,
    ...more,
  }
}

/** Whether a value is a language model of a version that is known. */
export function isLanguageModel(value: unknown): value is AnyLanguageModel {
  return typeof (value as Partial<AnyLanguageModel> | null | undefined)?.doGenerate === 'function'
}

/** Whether a value is an embedding model. */
export function isEmbedder(value: unknown): value is AnyEmbeddingModel {
  return typeof (value as Partial<AnyEmbeddingModel> | null | undefined)?.doEmbed === 'function'
}
