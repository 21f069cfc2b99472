import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

import { OptionError } from '@skein/memory'

import { estimateTokens } from '../text/estimate-tokens.ts'
import type { ChatRequest } from './chat.ts'
import type { ModelUsage } from './usage.ts'

/** Counts the tokens of a text. */
export type CountTokens = (text: string) => number

/** Counts as a model does where that is known, and estimates otherwise. @throws OptionError when it is no function. */
export function tokenCounter(exact: CountTokens | undefined): CountTokens {
  if (exact === undefined) return estimateTokens
  if (typeof exact !== 'function') throw new OptionError('countTokens', 'a function', exact)
  return (text) => {
    try {
      const tokens = exact(text)
      if (Number.isSafeInteger(tokens) && tokens >= 0) return tokens
    } catch {
      // Tokenizers refuse some texts, those with special tokens of their model for example.
    }
    return estimateTokens(text)
  }
}

/**
 * Loads a tokenizer: a module that exports `countTokens(text)`, such as those of `gpt-tokenizer`.
 *
 * @param module - Its URL: `import.meta.resolve('gpt-tokenizer/encoding/o200k_base')`.
 * @throws OptionError when the module can't be loaded, or exports no such function.
 */
export function loadTokenizer(module: string | URL): CountTokens {
  let exported: { readonly countTokens?: unknown } = {}
  try {
    exported = createRequire(import.meta.url)(fileURLToPath(module)) as typeof exported
  } catch {
    // Said below.
  }
  const { countTokens } = exported
  if (typeof countTokens === 'function') return (text) => (countTokens as CountTokens)(text)
  throw new OptionError('tokenizer', 'the file:// URL of a module that exports `countTokens`', String(module))
}

/** Expected length of an answer without a maximum. */
const usualOutputTokens = 1_000

/** What a chat will about use. */
export function estimateChat(
  { messages, tools, schema, maxOutputTokens = usualOutputTokens }: ChatRequest,
  count: CountTokens,
): ModelUsage {
  const rest = tools || schema ? count(JSON.stringify([tools, schema])) : 0
  return { inputTokens: tokensOf(messages, count) + rest, outputTokens: maxOutputTokens }
}

/** The tokens of some texts together. */
export function tokensOf(parts: readonly { readonly text: string }[], count: CountTokens): number {
  return parts.reduce((sum, { text }) => sum + count(text), 0)
}
