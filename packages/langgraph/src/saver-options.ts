import { OptionError } from '@skein/memory'
import type { Level } from '@skein/memory'
import { requireStrings } from '@skein/memory/runtime'
import { levels } from '@skein/memory/store'

/** The label of what is stored. */
export interface SaverLabel {
  /** @defaultValue 'public' */
  readonly sensitivity?: Level
  /** @defaultValue none */
  readonly compartments?: readonly string[]
}

/** Options of both a saver and a store. */
export interface FactOptions extends SaverLabel {
  /**
   * The first name in the keys of all facts, by which several graphs share a memory but not their threads.
   *
   * @defaultValue 'langgraph'
   */
  readonly prefix?: string
}

/** Fills in the defaults. @throws OptionError */
export function resolve(options: FactOptions): { readonly prefix: string; readonly label: Required<SaverLabel> } {
  const { prefix = 'langgraph', sensitivity = 'public', compartments = [] } = options
  requireStrings('prefix', [prefix])
  if (!levels.includes(sensitivity)) throw new OptionError('sensitivity', levels.join(', '), sensitivity)
  requireStrings('compartments', compartments)
  return { prefix, label: { sensitivity, compartments } }
}
