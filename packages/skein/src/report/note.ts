import type { Passage } from '@skein/core'
import type { CitedSentence } from '@skein/core/executor'
import type { Ref } from '@skein/memory'

/** A place in a source, in UTF-16 offsets into its text. */
export interface SourceCitation {
  /** SHA-256 of the source's bytes. */
  readonly source: string
  readonly start: number
  readonly end: number
}

/** A sentence of a note, with the places that it rests on. */
export interface Quote {
  readonly text: string
  readonly citations: readonly SourceCitation[]
}

/** A section of a source, as it travels: its text stays in the memory. */
export interface Part {
  readonly text: Ref<string>
  readonly source: string
  readonly topic: string
  readonly title: string
  readonly start: number
  readonly end: number
}

/** What was noted of a part, or merged from other notes. */
export interface Note {
  /** What it is about: the topic of its parts. */
  readonly topic: string
  readonly quotes: readonly Quote[]
  /** Sentences that were left out because no source backs them. Absent: none. */
  readonly dropped?: number
}

/** A note as it travels. */
export interface NoteRef {
  readonly note: Ref<Note>
  readonly topic: string
  /** About how many tokens its sentences take. */
  readonly tokens: number
}

/** The text of a part as a model's passage, with the way back from its citations to the source. */
export function partPassage(part: Part, text: string, id: string): CitablePassage {
  return {
    passage: { id, text, author: 'the file' },
    cite: (start, end) => [{ source: part.source, start: part.start + start, end: part.start + end }],
  }
}

/** A quote as a model's passage. */
export function quotePassage(quote: Quote, id: string): CitablePassage {
  return {
    passage: { id, text: quote.text, author: 'summarizer' },
    // A part of an exact quotation is one itself; of anything else only the whole is backed.
    cite: (start, end) =>
      quote.citations.map(({ source, start: from, end: to }) =>
        to - from === quote.text.length
          ? { source, start: from + start, end: from + end }
          : { source, start: from, end: to },
      ),
  }
}

/** A passage that knows where its text comes from. */
export interface CitablePassage {
  readonly passage: Passage
  cite(start: number, end: number): readonly SourceCitation[]
}

/** Turns a model's sentences, which cite passages, into quotes, which cite sources. */
export function toQuotes(sentences: readonly CitedSentence[], passages: readonly CitablePassage[]): Quote[] {
  const byId = new Map(passages.map((passage) => [passage.passage.id, passage]))
  return sentences.map(({ text, citations }) => {
    const places = citations.flatMap(({ passage, start, end }) => byId.get(passage)?.cite(start, end) ?? [])
    const unique = new Map(places.map((place) => [`${place.source}:${place.start}:${place.end}`, place]))
    return { text, citations: [...unique.values()] }
  })
}
