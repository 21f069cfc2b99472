import type { Drops } from '@skein/core/executor'
import type { Cost, LedgerReport } from '@skein/memory/types'

/** A sentence of the summary: quoted from the sources, or a language model's own words with the quotes that back them. */
export interface SummarySentence {
  readonly text: string
  /** The question that it answers; absent in a summary of the whole. */
  readonly question?: string
  /** Present where nothing was found that answers the question: the sentence is from a summary of the whole, offered instead. */
  readonly fallback?: true
  readonly citations: readonly {
    /** The file as given. */
    readonly source: string
    /** UTF-16 offsets into its text. */
    readonly start: number
    readonly end: number
    /** The page of a PDF, from 1. */
    readonly page?: number
  }[]
}

/** The cost of a report, counted while it ran, and what sharing saved. */
export interface ReportStats {
  /** Sections of the files. */
  readonly parts: number
  readonly analysts: number
  readonly threads: number
  /** Parts that an agent of this run read and noted. Small ones that shared a call count as one. */
  readonly partsRead: number
  readonly activities: number
  /** Activities whose results the memory had. */
  readonly reusedActivities: number
  /** What the run used: calls, tokens, money and working time, as in the ledger of the memory. */
  readonly used: Cost
  /** What it saved by using what the memory had: answers of the model, or results of whole activities. */
  readonly saved: Cost
  /** Bytes of objects copied out of the store because they could not be read in place. */
  readonly bytesCopied: number
  readonly wallMs: number
  /** Sentences of the model left out because no source backs them. */
  readonly droppedSentences: number
  /** Why, by reason. */
  readonly droppedFor: Drops
}

/** A cited summary and what it took. */
export interface Report {
  readonly summary: readonly SummarySentence[]
  readonly stats: ReportStats
  /** The ledger of the memory, over all runs. With `isolated`, the ledger of each analyst's memory. */
  readonly ledgers: readonly LedgerReport[]
  /** Questions that nothing in the files was found to answer. */
  readonly unanswered: readonly string[]
  /** Files that were left out, and why (`skipBad`). */
  readonly skipped: readonly { readonly source: string; readonly problem: string }[]
}
