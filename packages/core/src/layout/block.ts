/**
 * What a part of a text is:
 *
 * - `sentence`: prose.
 * - `heading`: names what follows.
 * - `row`: an entry of a table, a log or a list of records, which makes sense by itself.
 * - `other`: code, markup, frames, front matter, marks of quotation.
 */
export type PartKind = 'sentence' | 'heading' | 'row' | 'other'

/** Lines that belong together, as pieces of the text: a paragraph, or one line of any other kind. */
export interface Block {
  readonly kind: PartKind
  readonly pieces: readonly { readonly start: number; readonly end: number }[]
  /** Whether somebody says it in a chat, where few set a full stop. */
  readonly isChat?: boolean
}
