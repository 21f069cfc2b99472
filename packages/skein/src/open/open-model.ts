import { extractiveModel } from '@skein/core'
import type { Budget } from '@skein/core'
import type { Model } from '@skein/core/executor'
import { OptionError } from '@skein/memory'
import { requireOptions } from '@skein/memory/runtime'
import type { OptionKinds } from '@skein/memory/runtime'
import { openaiModel } from '@skein/openai'

import { defaultModel } from './default-model.ts'

/** How to reach a model, and how much it may use. */
export interface OpenModelOptions {
  /**
   * Where its API begins.
   *
   * @defaultValue the provider's own address
   */
  readonly baseURL?: string | undefined
  /**
   * The environment variable that holds the key for this address.
   *
   * @defaultValue OPENAI_API_KEY for OpenAI's own servers and the server of OPENAI_BASE_URL, none for others
   */
  readonly apiKeyEnv?: string | undefined
  /** @defaultValue none: unlimited */
  readonly budget?: Budget | undefined
}

const kinds: OptionKinds<OpenModelOptions> = { baseURL: 'string', apiKeyEnv: 'any', budget: 'any' }

/**
 * Makes the model that a name stands for: `extractive`, the built-in one, or
 * `openai:NAME` for one over OpenAI's API.
 *
 * @throws OptionError for a name of another kind, and when a key is missing.
 *
 * @example
 * ```ts
 * import { openModel } from 'skein'
 *
 * openModel('extractive').id.startsWith('skein/extractive') // => true
 * openModel('openai:llama3.2', { baseURL: 'http://127.0.0.1:11434/v1' }).id // => 'openai@127.0.0.1:11434/llama3.2'
 * ```
 */
export function openModel(name: string, options: OpenModelOptions = {}): Model {
  const { baseURL, apiKeyEnv, budget } = requireOptions('openModel', options, kinds)
  if (typeof name !== 'string') throw new OptionError('name', 'extractive, or openai:NAME', name)
  if (name === defaultModel) {
    if (baseURL !== undefined) throw new OptionError('--base-url', 'absent with the built-in model', baseURL)
    if (apiKeyEnv !== undefined) throw new OptionError('--api-key-env', 'absent with the built-in model', 'a name')
    return extractiveModel()
  }
  const model = /^openai:(?<model>.+)$/.exec(name)?.groups?.['model']
  if (model === undefined) throw new OptionError('--model', 'extractive, or openai:NAME', name)
  // A key that is given in place of a name must not be shown.
  if (apiKeyEnv !== undefined && !process.env[apiKeyEnv]?.trim()) {
    throw new OptionError('--api-key-env', 'the name of a variable in the environment that holds a key', 'another text')
  }
  return openaiModel({
    model,
    ...(baseURL !== undefined && { baseURL }),
    ...(apiKeyEnv !== undefined && { apiKeyEnv }),
    ...(budget && { budget }),
  })
}
