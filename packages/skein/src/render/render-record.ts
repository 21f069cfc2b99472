import { styleText } from 'node:util'
import type { WriteStream } from 'node:tty'

import { objectInfoOf, plainText } from '@skein/memory/runtime'
import type { AnyRecord } from '@skein/memory/runtime'

import type { LineageStep, RecordLineage } from '../inspect/lineage-of.ts'
import { sizeOf } from '../terminal/amounts.ts'
import { columnsOf } from '../terminal/table.ts'
import { cutTo } from '../terminal/text-width.ts'
import { spanOf, timeOf } from '../terminal/time-text.ts'
import { renderCorrection } from './render-correction.ts'
import { renderLabel } from './render-label.ts'
import { maxValueChars, renderValue } from './render-value.ts'

/** All about one record. */
export interface RecordDetails extends RecordLineage {
  readonly record: AnyRecord
  /** The content of an object, where it is text. */
  readonly content: string | undefined
}

/** Renders all about one record. */
export function renderRecord(
  { record, content, sources, uses }: RecordDetails,
  now: number,
  stream: WriteStream,
): string {
  const { collection, id, version, author, task, tags, importance, createdAt, updatedAt, expiresAt, seq } = record
  const fields = [
    ['version', `${version}, change ${seq}`],
    ['author', author],
    ['task', task ?? ''],
    ['tags', tags.join(', ')],
    ['importance', importance === undefined ? '' : String(importance)],
    ['label', renderLabel(record, 'public')],
    ['created', `${timeOf(createdAt)}, ${spanOf(now - createdAt)} ago`],
    ['updated', updatedAt === createdAt ? '' : `${timeOf(updatedAt)}, ${spanOf(now - updatedAt)} ago`],
    ['state', record.correction ? renderCorrection(record.correction) : ''],
    ['in doubt', (record.doubts ?? []).join(', ')],
    ['expires', expiresAt === undefined ? '' : `${timeOf(expiresAt)}, in ${spanOf(expiresAt - now)}`],
  ] as const
  const width = columnsOf(stream)
  return [
    styleText('bold', cutTo(plainText(`${collection}/${id}`), width), { stream }),
    ...fields
      .filter(([, text]) => text !== '')
      .map(([title, text]) => cutTo(`${title.padEnd(10)} ${plainText(text)}`, width)),
    ...valueLines(record, content, stream),
    ...lineageLines('made from', sources, stream),
    ...lineageLines('used by', uses, stream),
  ].join('\n')
}

function valueLines({ collection, value }: AnyRecord, content: string | undefined, stream: WriteStream): string[] {
  const info = collection === 'objects' ? objectInfoOf(value) : undefined
  if (!info) return ['value', ...renderValue(value, stream)]
  const title = info.title === undefined ? '' : `, "${plainText(info.title)}"`
  const summary = `content    ${sizeOf(info.size)} of ${plainText(info.mediaType)}${title}`
  if (content === undefined) return [`${summary} (use --raw)`]
  const lines = renderValue(content.slice(0, maxValueChars), stream)
  return [summary, ...lines, ...(content.length > maxValueChars ? ['… and more: use --raw'] : [])]
}

function lineageLines(title: string, steps: readonly LineageStep[], stream: WriteStream): string[] {
  if (steps.length === 0) return []
  const width = columnsOf(stream)
  return [
    title,
    ...steps.map(({ collection, id, author, distance }) => {
      const by = author === undefined ? '' : ` by ${author}`
      const away = distance === 1 ? '' : ` (${distance} steps away)`
      return cutTo(`  ${plainText(`${collection}/${id}${by}`)}${away}`, width)
    }),
  ]
}
