import type { WriteStream } from 'node:tty'

import { erasureOf } from '@skein/memory/runtime'
import type { RecordDifference } from '@skein/memory/runtime'

import { countOf, countsIn } from '../terminal/amounts.ts'
import { renderTable } from '../terminal/table.ts'
import { timeOf } from '../terminal/time-text.ts'
import { previewOf } from './preview.ts'
import { renderCorrection } from './render-correction.ts'
import { renderLabel } from './render-label.ts'

/** What changed, for people: a table, and what is lost of it. */
export function renderDifferences(differences: readonly RecordDifference[], stream: WriteStream): string {
  const columns = [
    { title: 'TIME', of: ({ at }: RecordDifference) => (at === undefined ? '' : timeOf(at)) },
    {
      title: 'CHANGE',
      of: ({ change, collection }: RecordDifference) => (collection === 'erasures' ? 'forgotten' : change),
    },
    { title: 'RECORD', of: ({ collection, id }: RecordDifference) => `${collection}/${id}` },
    { title: 'AUTHOR', of: ({ author = '' }: RecordDifference) => author },
    { title: 'TASK', of: ({ after, before }: RecordDifference) => (after ?? before)?.task ?? '' },
    { title: 'LABEL', of: labelOf },
    { title: 'BEFORE', of: beforeOf },
    { title: 'AFTER', of: afterOf },
  ] as const
  const lost = differences.filter(({ reachesTo }) => reachesTo !== undefined).length
  return [
    ...renderTable(differences, columns, stream),
    countOf(differences.length, 'change'),
    ...(lost === 0
      ? []
      : [`? ${countOf(lost, 'record')}: the version of then is no longer kept, as newer ones took its place.`]),
  ].join('\n')
}

function labelOf({ after, before }: RecordDifference): string {
  const record = after ?? before
  return record === undefined ? '' : renderLabel(record, '')
}

function beforeOf({ before, reachesTo }: RecordDifference): string {
  if (before !== undefined) return previewOf(before.value)
  return reachesTo === undefined ? '' : '?'
}

function afterOf({ collection, change, after }: RecordDifference): string {
  if (after === undefined) return change === 'unknown' ? '?' : ''
  const { value, correction } = after
  if (collection === 'erasures') return erasureText(value)
  const corrected = correction === undefined ? '' : previewOf(renderCorrection(correction))
  if (change === 'corrected') return corrected
  return corrected === '' ? previewOf(value) : `${previewOf(value)} (${corrected})`
}

function erasureText(value: unknown): string {
  const { forgotten, reason } = erasureOf(value)
  return previewOf(`${countsIn(forgotten)}: ${reason}`)
}
