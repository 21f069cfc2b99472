import type { TextRange } from './text-range.ts'

/** A heading and where it stands. */
export interface Heading extends TextRange {
  /** As it reads in the text, without number or Markdown marks. */
  readonly title: string
  /** 1 for the main divisions of the text, more below them, less for a title above them all. */
  readonly level: number
}
