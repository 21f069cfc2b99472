import type { Corruption } from '@skein/memory/store'

import { changeColumns } from '../records/change-row.ts'
import type { RawChange } from '../records/change-row.ts'
import { unpackLabel } from '../records/packed-label.ts'
import { feedStarts } from '../records/feed-start.ts'
import type { SpaceSql } from '../file/space-sql.ts'
import { rowText } from './row-text.ts'
import { walkTable } from './walk-table.ts'

/**
 * Verifies that the positions of the feed follow each other without a gap, and
 * that each change has a label.
 *
 * The beginning of the feed may have been trimmed, even during the walk.
 */
export function* verifyFeed(sql: SpaceSql): Generator<readonly Corruption[]> {
  let before: number | undefined
  for (const piece of walkTable<RawChange>(sql, `SELECT ${changeColumns} FROM @changes`)) {
    const corruptions: Corruption[] = []
    if ('rows' in piece) {
      for (const change of piece.rows) {
        const [seq] = change
        corruptions.push(...gap(sql, before, seq), ...verifyChange(change))
        before = seq
      }
    } else {
      const { from, to, why } = piece
      const id = to === undefined ? `${from}-` : span(from, to - 1)
      corruptions.push({ kind: 'feed', id, problem: `This part of the feed can't be read: ${why}.`, raw: '' })
      before = to === undefined ? undefined : to - 1
    }
    yield corruptions
  }
}

function gap(sql: SpaceSql, before: number | undefined, seq: number): Corruption[] {
  if (before === undefined || seq === before + 1) return []
  if (seq <= before) {
    return [{ kind: 'feed', id: `${seq}`, problem: `This change follows change ${before}.`, raw: '' }]
  }
  // A restored feed goes on above the one that it replaced.
  if (feedStarts(sql).includes(seq - 1)) return []
  // A trim may have overtaken the walk.
  const [first] = sql('SELECT min(seq) FROM @changes').get() as [number | null]
  if (first !== null && first > before) return []
  return [{ kind: 'feed', id: span(before + 1, seq - 1), problem: 'The feed has a gap here.', raw: '' }]
}

function verifyChange(change: RawChange): Corruption[] {
  const [seq, , , , , , , , level, compartments] = change
  if (unpackLabel(level, compartments)) return []
  const problem = 'The label of this change cannot be read, so only principals that may see everything receive it.'
  return [{ kind: 'feed', id: `${seq}`, problem, raw: rowText(changeColumns, change) }]
}

function span(from: number, to: number): string {
  return from === to ? `${from}` : `${from}-${to}`
}
