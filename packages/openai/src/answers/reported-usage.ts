import type { ReportedUsage } from '@skein/core/executor'

import { fieldsOf } from '../wire/json-values.ts'
import type { Fields } from '../wire/json-values.ts'

/**
 * Finds the counts in what a server calls its usage.
 *
 * @param timings - What llama.cpp tells beside it.
 */
export function reportedUsage(usage: Fields, timings: Fields = {}): ReportedUsage {
  const details = fieldsOf(usage['prompt_tokens_details'] ?? usage['input_tokens_details'])
  const input = usage['prompt_tokens'] ?? usage['input_tokens']
  const cached = firstOf([
    details['cached_tokens'], // OpenAI, Azure, Gemini, Mistral, vLLM, SGLang, xAI, Groq, OpenRouter
    usage['prompt_cache_hit_tokens'], // DeepSeek
    usage['cache_read_input_tokens'], // Anthropic, LiteLLM
    usage['cached_tokens'], // Moonshot, Together
    usage['num_cached_tokens'],
    usage['cached_content_token_count'], // Gemini
    usage['cachedContentTokenCount'],
    timings['cache_n'], // llama.cpp
  ])
  const written = firstOf([
    details['cache_write_tokens'], // OpenAI, OpenRouter
    usage['cache_creation_input_tokens'], // Anthropic
    details['cache_creation_tokens'], // LiteLLM
  ])
  return {
    input: isApart(usage, input, cached, written) ? sumOf([input, cached, written]) : input,
    output: usage['completion_tokens'] ?? usage['output_tokens'],
    cached,
    written,
  }
}

/** Whether input tokens are those alone that have nothing to do with the cache, as Anthropic counts. */
function isApart(usage: Fields, input: unknown, cached: unknown, written: unknown): boolean {
  if (usage['cache_read_input_tokens'] === undefined && usage['cache_creation_input_tokens'] === undefined) return false
  return usage['prompt_tokens'] === undefined || sumOf([cached, written]) > sumOf([input])
}

/** Servers that have several names for the same may fill in one of them alone. */
function firstOf(counts: readonly unknown[]): unknown {
  return counts.find((count) => typeof count === 'number' && count > 0) ?? counts.find((count) => count !== undefined)
}

function sumOf(counts: readonly unknown[]): number {
  return counts.reduce<number>((sum, count) => sum + (typeof count === 'number' ? count : 0), 0)
}
