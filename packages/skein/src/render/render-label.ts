import { labelText } from '@skein/memory/store'
import type { Label } from '@skein/memory/store'

/**
 * Renders a label as one word.
 *
 * @param publicText - Stands for the label of public records, the usual one.
 */
export function renderLabel({ sensitivity, compartments }: Label, publicText: string): string {
  const isPublic = sensitivity === 'public' && compartments.length === 0
  return isPublic ? publicText : labelText({ level: sensitivity, compartments })
}
