import type { Corruption } from '@skein/memory/store'

import { changeColumns, parseLabel } from '../records/record-row.ts'
import type { RawChange } from '../records/record-row.ts'
import type { SpaceSql } from '../records/space-sql.ts'
import { rowText } from './row-text.ts'
import { walkTable } from './walk-table.ts'

/**
 * Walks through the feed, in which each position follows the one before.
 *
 * Its beginning may have been forgotten, also while this is looking.
 */
export function* checkFeed(sql: SpaceSql): Generator<readonly Corruption[]> {
  let before: number | undefined
  for (const piece of walkTable<RawChange>(sql, `SELECT ${changeColumns} FROM @changes`)) {
    const damages: Corruption[] = []
    if ('rows' in piece) {
      for (const change of piece.rows) {
        const [seq] = change
        damages.push(...gap(sql, before, seq), ...checkChange(change))
        before = seq
      }
    } else {
      const { from, to, why } = piece
      const id = to === undefined ? `${from}-` : span(from, to - 1)
      damages.push({ kind: 'feed', id, problem: `This part of the feed can't be read: ${why}.`, raw: '' })
      before = to === undefined ? undefined : to - 1
    }
    yield damages
  }
}

function gap(sql: SpaceSql, before: number | undefined, seq: number): Corruption[] {
  if (before === undefined || seq === before + 1) return []
  if (seq <= before) {
    return [{ kind: 'feed', id: `${seq}`, problem: `This change stands behind change ${before}.`, raw: '' }]
  }
  // Whoever trims the feed may have overtaken us.
  const [first] = sql('SELECT min(seq) FROM @changes').get() as [number | null]
  if (first !== null && first > before) return []
  return [{ kind: 'feed', id: span(before + 1, seq - 1), problem: 'The feed has a gap here.', raw: '' }]
}

function checkChange(change: RawChange): Corruption[] {
  const [seq, , , , , , , , level, compartments] = change
  if (parseLabel(level, compartments)) return []
  const problem = 'The label of this change can not be read: only who may see everything is told of it.'
  return [{ kind: 'feed', id: `${seq}`, problem, raw: rowText(changeColumns, change) }]
}

function span(from: number, to: number): string {
  return from === to ? `${from}` : `${from}-${to}`
}
