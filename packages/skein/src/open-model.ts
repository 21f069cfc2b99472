import { extractiveModel } from '@skein/core'
import type { Budget } from '@skein/core'
import type { Model } from '@skein/core/executor'
import { OptionError } from '@skein/memory'
import { openaiModel } from '@skein/openai'

/** How a model is to be reached, and what it may use up. */
export interface OpenModelOptions {
  /** Where its API begins; the provider's own address when left out. */
  readonly baseURL?: string | undefined
  readonly budget?: Budget | undefined
}

/** The model when nothing else is said: it needs no key and no network. */
export const defaultModel = 'extractive'

/**
 * Makes the model that a name stands for: `extractive`, the built-in one, or
 * `openai:NAME` for one over OpenAI's API, with the key in OPENAI_API_KEY.
 *
 * @throws OptionError for a name of another kind, and where a key is missing.
 */
export function openModel(name: string, { baseURL, budget }: OpenModelOptions = {}): Model {
  if (name === defaultModel) {
    if (baseURL !== undefined) throw new OptionError('--base-url', 'left out for the built-in model', baseURL)
    return extractiveModel()
  }
  const model = /^openai:(?<model>.+)$/.exec(name)?.groups?.['model']
  if (model === undefined) throw new OptionError('--model', 'extractive, or openai:NAME', name)
  return openaiModel({ model, ...(baseURL !== undefined && { baseURL }), ...(budget && { budget }) })
}
