import type { SceneLabel } from './scene-label.ts'
import type { RecordTrace } from './traces-protocol.ts'

/**
 * `GET /api/records?collection=&task=&tag=&author=&q=&asOf=&cursor=&limit=`: one row per record, newest first; with `q` the
 * best matches first, without a cursor. `collection` names some, separated by commas; without it, all are listed. With `asOf`, Unix milliseconds, as the memory
 * was then. `limit` is at most 200, by default 50.
 */
export interface RecordRows {
  readonly rows: readonly RecordRow[]
  readonly cursor?: string
}

/** A record in a list. */
export interface RecordRow {
  readonly collection: string
  readonly id: string
  readonly version: number
  readonly author: string
  readonly task?: string
  readonly tags: readonly string[]
  readonly importance?: number
  readonly label: SceneLabel
  readonly title: string
  readonly createdAt: number
  readonly updatedAt: number
  readonly expiresAt?: number
  /** Absent for a record that holds without doubt. */
  readonly state?: RecordState
}

/** The state of a record that is corrected, doubtful or gone. */
export interface RecordState {
  /**
   * `withdrawn`: retracted or superseded, which of the two is above the clearance. `in-doubt`: something that it was made
   * from was. `erased`: it is a tombstone, which reports on an erasure. `hold`: it is a legal hold in force; `released`: one
   * that was released.
   */
  readonly kind: 'retracted' | 'superseded' | 'withdrawn' | 'in-doubt' | 'erased' | 'hold' | 'released'
  readonly reason?: string
  /** Who corrected it. */
  readonly author?: string
  readonly at?: number
  /** The id of what holds in its place. */
  readonly latest?: string
  /** Of what is in doubt: the corrected records behind it, as `collection/id`. */
  readonly because?: readonly string[]
}

/**
 * `GET /api/records/<collection>/<id>?asOf=`: everything about one record; with `asOf`, Unix milliseconds, its value and
 * lineage then.
 */
export interface RecordDetail extends RecordRow {
  /** Its value as JSON text, cut after 200,000 characters. */
  readonly value: string
  readonly isCut: boolean
  /** Its writes in the feed, newest first, with the values that the dashboard still holds. */
  readonly history: readonly {
    readonly version: number
    readonly author: string
    readonly at: number
    readonly value?: string
    /** Whether it was deleted then. */
    readonly isDeleted?: boolean
  }[]
  /** Who read it; empty without the right to see the audit. */
  readonly readers: readonly { readonly agent: string; readonly count: number; readonly lastAt: number }[]
  readonly sources: readonly LineageItem[]
  readonly uses: readonly LineageItem[]
  /** The work that wrote or read it, latest first, as far as the dashboard keeps traces; at most 50. */
  readonly traces?: readonly RecordTrace[]
  /** How many there are. */
  readonly traceCount?: number
  /** An object's content, if it is text of at most 1,000,000 bytes; cut after 200,000 characters. */
  readonly content?: { readonly mediaType: string; readonly text: string; readonly isCut: boolean }
  /** Where it was sent, in model calls for example; empty without the right to see the audit. */
  readonly sent: readonly { readonly to: string; readonly agent: string; readonly at: number; readonly count: number }[]
}

/** One step of a lineage. */
export interface LineageItem {
  readonly collection: string
  readonly id: string
  readonly title: string
  readonly author: string
  readonly depth: number
  /** The id of the neighboring item, one step nearer to the record. */
  readonly from: string
  readonly state?: RecordState
}
