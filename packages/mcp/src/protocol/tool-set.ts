import { OptionError } from '@skein/memory'

/** Which tools a server offers: those of the memory, or the nine of the official memory server. */
export type ToolSet = 'skein' | 'memory'

/** @throws OptionError */
export function requireToolSet(tools: unknown): asserts tools is ToolSet {
  if (tools !== 'skein' && tools !== 'memory') throw new OptionError('tools', "'skein' or 'memory'", tools)
}
