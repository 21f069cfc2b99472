import { levels } from '@skein/memory/store'
import type { Label, Seq } from '@skein/memory/store'

import type { SpaceSql } from '../file/space-sql.ts'
import { isAnalyzed } from './analysis.ts'
import type { BlockRange } from './block-words.ts'
import { takenRecords } from './taken-records.ts'
import { indexedUpTo } from './term-blocks.ts'

/** Records of one collection under one label, as far as they stand in blocks. */
export interface TermsGroup {
  readonly group: number
  readonly level: number
  readonly compartments: string
  /** Undefined if it is damaged; nobody finds such records. */
  readonly label: Label | undefined
  readonly records: number
  /** The number of their terms. */
  readonly length: number
  /** Each language as its terms begin, with a space before and after it. */
  readonly languages: string
}

/** What all searches in a space need to know of its index. */
export interface IndexState {
  /** What the file and this connection had come to. */
  readonly version: string
  readonly isAnalyzed: boolean
  /** The position up to which all records with terms are in blocks. */
  readonly indexed: Seq
  /** Oldest first. */
  readonly blocks: readonly BlockRange[]
  /** Records that stand in blocks and are in the index no more. */
  readonly taken: ReadonlySet<Seq>
  readonly groups: ReadonlyMap<string, readonly TermsGroup[]>
}

type GroupRow = readonly [
  group: number,
  collection: string,
  level: number,
  compartments: string,
  records: number,
  length: number,
  languages: string,
]

const states = new WeakMap<SpaceSql, IndexState>()

/** The state of a space's index. It is read again only after a change. */
export function indexState(sql: SpaceSql): IndexState {
  const [others] = sql('PRAGMA data_version').get() as [number]
  const [own] = sql('SELECT total_changes()').get() as [number]
  const version = `${others} ${own}`
  const known = states.get(sql)
  if (known?.version === version) return known
  const state = isAnalyzed(sql) ? readState(sql, version) : unusable(version)
  states.set(sql, state)
  return state
}

/** Drops what is cached, since it may have been rolled back. */
export function forgetIndexState(sql: SpaceSql): void {
  states.delete(sql)
}

function readState(sql: SpaceSql, version: string): IndexState {
  const indexed = indexedUpTo(sql)
  const all = sql('SELECT grp, collection, level, compartments, records, length, languages FROM @groups').all()
  const groups = Map.groupBy(all as GroupRow[], ([, collection]) => collection)
  return {
    version,
    isAnalyzed: true,
    indexed,
    blocks: blocksOf(sql, indexed),
    taken: takenRecords(sql),
    groups: new Map([...groups].map(([collection, rows]) => [collection, rows.map(groupOf)])),
  }
}

function unusable(version: string): IndexState {
  return { version, isAnalyzed: false, indexed: 0, blocks: [], taken: new Set(), groups: new Map() }
}

/** Each block ends where the next one begins. */
function blocksOf(sql: SpaceSql, indexed: Seq): BlockRange[] {
  const blocks = sql('SELECT block, start FROM @blocks ORDER BY start').all() as [number, Seq][]
  return blocks.map(([block, start], at) => ({ block, start, end: (blocks[at + 1]?.[1] ?? indexed + 1) - 1 }))
}

function groupOf([group, , level, compartments, records, length, languages]: GroupRow): TermsGroup {
  return { group, level, compartments, label: labelOf(level, compartments), records, length, languages }
}

function labelOf(level: number, compartments: string): Label | undefined {
  const sensitivity = levels[level]
  try {
    const names: unknown = JSON.parse(compartments)
    return sensitivity && Array.isArray(names) ? { sensitivity, compartments: names as string[] } : undefined
  } catch {
    return undefined
  }
}
