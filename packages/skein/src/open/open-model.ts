import { extractiveModel } from '@skein/core'
import type { Budget } from '@skein/core'
import type { Model } from '@skein/core/executor'
import { OptionError } from '@skein/memory'
import { requireOptions } from '@skein/memory/runtime'
import type { OptionKinds } from '@skein/memory/runtime'
import { openaiModel } from '@skein/openai'

/** How to reach a model, and how much it may use. */
export interface OpenModelOptions {
  /**
   * Where its API begins.
   *
   * @defaultValue the provider's own address
   */
  readonly baseURL?: string | undefined
  /** @defaultValue none: unlimited */
  readonly budget?: Budget | undefined
}

const kinds: OptionKinds<OpenModelOptions> = { baseURL: 'string', budget: 'any' }

/** The default model, which needs no key and no network. */
export const defaultModel = 'extractive'

/**
 * Makes the model that a name stands for: `extractive`, the built-in one, or
 * `openai:NAME` for one over OpenAI's API, with the key in OPENAI_API_KEY.
 *
 * @throws OptionError for a name of another kind, and when a key is missing.
 */
export function openModel(name: string, options: OpenModelOptions = {}): Model {
  const { baseURL, budget } = requireOptions('openModel', options, kinds)
  if (typeof name !== 'string') throw new OptionError('name', 'extractive, or openai:NAME', name)
  if (name === defaultModel) {
    if (baseURL !== undefined) throw new OptionError('--base-url', 'absent with the built-in model', baseURL)
    return extractiveModel()
  }
  const model = /^openai:(?<model>.+)$/.exec(name)?.groups?.['model']
  if (model === undefined) throw new OptionError('--model', 'extractive, or openai:NAME', name)
  return openaiModel({ model, ...(baseURL !== undefined && { baseURL }), ...(budget && { budget }) })
}
