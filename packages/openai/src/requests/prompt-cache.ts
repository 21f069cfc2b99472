import type { PromptPrefix } from '@skein/core/executor'

import type { Abilities } from './abilities.ts'

/** What a body depends on besides the request. */
export interface BodyOptions {
  readonly isStreamed: boolean
  /** What other requests begin with, too. */
  readonly prefix: PromptPrefix | undefined
}

/** Sends requests that begin alike to the same machine, whose cache has their prefix. */
export function cacheKey(prefix: PromptPrefix | undefined, abilities: Abilities): object {
  return prefix && abilities.cacheKey ? { prompt_cache_key: prefix.key } : {}
}

/**
 * Where the prefix ends in a message, in UTF-16 units; `undefined` if it ends in another.
 *
 * Without a system role messages are joined. The servers that want to be told have one.
 */
export function breakpointIn(
  message: number,
  prefix: PromptPrefix | undefined,
  { cacheBreakpoints, systemRole }: Abilities,
): number | undefined {
  if (!prefix || !cacheBreakpoints || !systemRole) return undefined
  if (prefix.chars > 0) return message === prefix.messages ? prefix.chars : undefined
  return message === prefix.messages - 1 ? Number.POSITIVE_INFINITY : undefined
}

/**
 * A message that tells the provider to keep everything up to a place in it.
 *
 * @param type - That of parts of text in this API.
 */
export function marked(message: object, breakpoint: number | undefined, type: 'text' | 'input_text'): object {
  const { content } = message as { readonly content?: unknown }
  if (breakpoint === undefined || typeof content !== 'string') return message
  const [kept, rest] = [content.slice(0, breakpoint), content.slice(breakpoint)]
  const part = { type, text: kept, prompt_cache_breakpoint: { mode: 'explicit' } }
  return { ...message, content: rest === '' ? [part] : [part, { type, text: rest }] }
}
