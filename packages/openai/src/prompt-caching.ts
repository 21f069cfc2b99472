import type { PromptCaching } from '@skein/core/executor'
import { OptionError } from '@skein/memory'
import { requireObject, requireOptions } from '@skein/memory/runtime'
import type { OptionKinds } from '@skein/memory/runtime'

import { servesOpenAI, wantsBreakpoints } from './known-hosts.ts'

/** How to make use of a server's prompt cache. */
export interface OpenAIPromptCaching extends PromptCaching {
  /**
   * Whether the server has to be told where the part of a prompt ends that others send, too (`prompt_cache_breakpoint`).
   * Set it for a gateway or a deployment whose name does not tell its model.
   *
   * @defaultValue true for OpenAI's models from GPT-5.6 on, at OpenAI and Azure
   */
  readonly breakpoints?: boolean
}

const kinds: OptionKinds<OpenAIPromptCaching> = { waitMs: 'any', breakpoints: 'any' }

/** What an option says, with every default filled in. @throws OptionError */
export function resolvePromptCaching(
  given: OpenAIPromptCaching | false | undefined,
  url: URL,
  model: string,
): Required<OpenAIPromptCaching> | false {
  if (given === false) return false
  if (given !== undefined) requireObject('promptCache', given, 'false, or an object such as { waitMs: 5_000 }')
  const options = requireOptions('promptCache', given ?? {}, kinds, 'promptCache')
  const { waitMs = 5_000, breakpoints = servesOpenAI(url) && wantsBreakpoints(model) } = options
  if (typeof breakpoints !== 'boolean') throw new OptionError('promptCache.breakpoints', 'true or false', breakpoints)
  return { waitMs, breakpoints }
}
