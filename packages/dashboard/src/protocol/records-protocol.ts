/**
 * What the dashboard's page is told about the records of the memory.
 *
 * @module
 */

import type { SceneLabel } from './scene-label.ts'

/**
 * `GET /api/records?collection=&task=&tag=&author=&q=&cursor=&limit=`: one row a record, newest first; with `q` what
 * fits best first, without a cursor. Without a collection: of all of them. `limit` is 50 unless told, at most 200.
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
  /** Of a search. */
  readonly score?: number
}

/** `GET /api/records/<collection>/<id>`: all about one record. */
export interface RecordDetail extends RecordRow {
  /** JSON text of its value, cut after 200,000 characters. */
  readonly value: string
  readonly isCut: boolean
  /** Writes that the feed tells of, newest first; values of those that the dashboard saw pass. */
  readonly history: readonly {
    readonly version: number
    readonly author: string
    readonly at: number
    readonly value?: string
  }[]
  /** Who read it, where the person has the right to see the audit. */
  readonly readers: readonly { readonly agent: string; readonly count: number; readonly lastAt: number }[]
  readonly sources: readonly LineageItem[]
  readonly uses: readonly LineageItem[]
  /** Of an object: what it holds, where that is text of at most 1,000,000 bytes; cut after 200,000 characters. */
  readonly content?: { readonly mediaType: string; readonly text: string; readonly isCut: boolean }
  /** Where it was sent in model calls and the like, where the person has the right to see the audit. */
  readonly sent: readonly { readonly to: string; readonly agent: string; readonly at: number; readonly count: number }[]
}

/** One step of a lineage. */
export interface LineageItem {
  readonly collection: string
  readonly id: string
  readonly title: string
  readonly author: string
  readonly depth: number
  /** The id of the item that it leads to. */
  readonly from: string
}
