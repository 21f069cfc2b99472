import type { View } from '@skein/memory'
import { labelFrom, requireStrings } from '@skein/memory/runtime'
import type { LabelOptions } from '@skein/memory/runtime'
import type { Label } from '@skein/memory/store'

/** Options of both a saver and a store: the label of their writes, and the prefix of their keys. */
export interface FactOptions extends LabelOptions {
  /**
   * First segment of all fact keys. With different prefixes, several graphs can share a memory but not their threads.
   *
   * @defaultValue 'langgraph'
   */
  readonly prefix?: string
}

/** Fills in the defaults. @throws OptionError */
export function resolve(view: View, options: FactOptions): { readonly prefix: string; readonly label: () => Label } {
  const { prefix = 'langgraph' } = options
  requireStrings('prefix', [prefix])
  return { prefix, label: labelFrom(view, options) }
}
