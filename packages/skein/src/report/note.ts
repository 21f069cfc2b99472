import type { Passage } from '@skein/core'
import { estimateTokens } from '@skein/core/executor'
import type { CitedSentence, Drops, Language } from '@skein/core/executor'
import type { Ref } from '@skein/memory'

import { originalRange } from '../documents/placed-text.ts'
import type { Place } from '../documents/placed-text.ts'

/** A range of a source, in UTF-16 offsets into its text. */
export interface SourceCitation {
  /** SHA-256 of the source's bytes. */
  readonly source: string
  readonly start: number
  readonly end: number
}

/** A sentence of a note, with the ranges that back it. */
export interface Quote {
  readonly text: string
  readonly citations: readonly SourceCitation[]
}

/** A section of a source, as agents pass it on: its text stays in the memory. */
export interface Part {
  readonly text: Ref<string>
  readonly source: string
  readonly topic: string
  readonly title: string
  readonly start: number
  readonly end: number
  /** Where its characters are in the source, where its text is not the source's own. */
  readonly places?: readonly Place[]
  /** The language that the user named. */
  readonly language?: Language
}

/** What a file was read into. */
export interface Contents {
  /** The file as it was given. */
  readonly source: string
  /** Where it stood; absent of what can't be read again, such as standard input. */
  readonly path?: string
  readonly parts: readonly Part[]
}

/** The tag of stored {@link Contents}. */
export const contentsTag = 'contents'

/** Reads stored contents. Earlier versions stored the parts alone, with the file in the title. */
export function contentsOf(stored: Contents | readonly Part[], title = ''): Contents {
  if (!Array.isArray(stored)) return stored as Contents
  return { source: title.replace(/^Contents of /, ''), parts: stored as readonly Part[] }
}

/** Notes on a part, or merged from other notes. */
export interface Note {
  /** The topic of its parts. */
  readonly topic: string
  readonly quotes: readonly Quote[]
  /** Sentences left out because no source backs them. Absent: none. */
  readonly drops?: Drops
}

/** A note, as agents pass it on. */
export interface NoteRef {
  readonly note: Ref<Note>
  readonly topic: string
  /** The estimated length of its sentences, in tokens. */
  readonly tokens: number
}

/** Turns the text of a part into a passage for a model, whose citations lead back to the source. */
export function partPassage(part: Part, text: string, id: string): CitablePassage {
  return {
    passage: { id, text, author: 'the file' },
    cite: (start, end) => [{ source: part.source, ...sourceRange(part, start, end) }],
  }
}

/** Where a range of a part is in its source; by default the whole part. */
export function sourceRange(
  part: Pick<Part, 'start' | 'end' | 'places'>,
  start = 0,
  end: number = part.end - part.start,
): { readonly start: number; readonly end: number } {
  return part.places ? originalRange(part.places, start, end) : { start: part.start + start, end: part.start + end }
}

/** Turns a quote into a passage for a model. */
function quotePassage(quote: Quote, id: string): CitablePassage {
  return {
    passage: { id, text: quote.text, author: 'summarizer' },
    // Any part of an exact quotation is backed by its source. Of other sentences, only the whole is.
    cite: (start, end) =>
      quote.citations.map(({ source, start: from, end: to }) =>
        to - from === quote.text.length
          ? { source, start: from + start, end: from + end }
          : { source, start: from, end: to },
      ),
  }
}

/** Turns quotes into passages: each distinct text once, with all its citations. */
export function quotePassages(quotes: readonly Quote[]): CitablePassage[] {
  const byText = Map.groupBy(quotes, ({ text }) => text)
  return [...byText].map(([text, same], index) =>
    quotePassage({ text, citations: same.flatMap(({ citations }) => citations) }, `${index}`),
  )
}

/** A passage whose ranges can be traced to sources. */
export interface CitablePassage {
  readonly passage: Passage
  cite(start: number, end: number): readonly SourceCitation[]
}

/** Turns a model's sentences, which cite passages, into quotes, which cite sources. Repeated citations count once. */
export function toQuotes(sentences: readonly CitedSentence[], passages: readonly CitablePassage[]): Quote[] {
  const byId = new Map(passages.map((passage) => [passage.passage.id, passage]))
  return sentences.map(({ text, citations }) => {
    const places = citations.flatMap(({ passage, start, end }) => byId.get(passage)?.cite(start, end) ?? [])
    const unique = new Map(places.map((place) => [`${place.source}:${place.start}:${place.end}`, place]))
    return { text, citations: [...unique.values()] }
  })
}

/** The estimated length of some quotes. */
export function tokensOf(quotes: readonly Quote[]): number {
  return quotes.reduce((sum, { text }) => sum + estimateTokens(text), 0)
}

/** The title of an object. Headings may be of any length, and empty. */
export function titled(text: string): { readonly title?: string } {
  const title = text.slice(0, 200).toWellFormed().trim()
  return title === '' ? {} : { title }
}
