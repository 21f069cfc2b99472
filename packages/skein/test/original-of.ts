import { originalRange } from '../src/documents/placed-text.ts'
import type { PlacedText } from '../src/documents/placed-text.ts'

/** What stands in the original where some text was found. */
export function originalOf(original: string, { text, places = [] }: PlacedText, found: string): string {
  const at = text.indexOf(found)
  const { start, end } = originalRange(places, at, at + found.length)
  return original.slice(start, end)
}
