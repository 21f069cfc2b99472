import type { TextRange } from './text-range.ts'

/** A heading and its place in the text. */
export interface Heading extends TextRange {
  /** As written, without number or Markdown marks. */
  readonly title: string
  /** 1 for main divisions, more below them, 0 or less for a title of the whole text. */
  readonly level: number
}
