import { styleText } from 'node:util'
import type { WriteStream } from 'node:tty'

import type { EscalationPackage } from '@skein/memory'
import { objectInfoOf, plainText } from '@skein/memory/runtime'
import { collectionsWith } from '@skein/memory/store'
import type { Collection } from '@skein/memory/store'
import type { EscalationState, PackagedRecord } from '@skein/memory/types'

import { countOf, sizeOf } from '../terminal/amounts.ts'
import { columnsOf } from '../terminal/table.ts'
import { cutTo } from '../terminal/text-width.ts'
import { spanOf, timeOf } from '../terminal/time-text.ts'
import { renderValue } from './render-value.ts'

/** The longest value of a package that is shown whole, in UTF-16 units. */
const maxValueChars = 2_000

/** Titles of an answer that gives a reason instead. */
const answerTitles: Readonly<Partial<Record<EscalationState, string>>> = {
  declined: 'declined because',
  'handed-back': 'handed back because',
}

/** Renders an escalation with all that is known about its task. */
export function renderPackage(found: EscalationPackage, now: number, stream: WriteStream): string {
  const { escalation, leftOut, isCut, timeline } = found
  const { id, state, task, reason, question, assignedTo, openedBy, openedAt, takenBy, answer } = escalation
  const width = columnsOf(stream)
  const line = (text: string): string => cutTo(plainText(text), width)
  const value = (title: string, content: unknown): string[] =>
    content === undefined ? [] : [title, ...renderValue(content, stream, maxValueChars)]
  return [
    heading(line(`escalation ${id}`), stream),
    line(`state      ${state}${takenBy === undefined ? '' : `, taken by ${takenBy}`}`),
    line(`task       ${task}`),
    line(`asked      ${timeOf(openedAt)}, ${spanOf(now - openedAt)} ago by ${openedBy}`),
    ...(assignedTo === undefined ? [] : [line(`for        ${assignedTo}`)]),
    ...value('reason', reason),
    ...value('question', question),
    ...value(answerTitles[state] ?? 'answer', answer),
    ...collectionsWith('packaged').flatMap((collection) => {
      const records = found[collection]
      if (records.length === 0) return []
      const title = `${collection.charAt(0).toUpperCase()}${collection.slice(1)}`
      return ['', heading(title, stream), ...records.flatMap((record) => recordLines(collection, record, now, stream))]
    }),
    '',
    heading('Timeline', stream),
    ...timeline.map(({ at, collection, id: record, author }) =>
      line(`${timeOf(at)}  ${collection}/${record} by ${author}`),
    ),
    ...(leftOut !== undefined && leftOut > 0
      ? [`Left out: ${countOf(leftOut, 'record')} of this task that this clearance does not cover.`]
      : []),
    ...(isCut ? ['This task has more records than a package holds: the oldest are left out.'] : []),
  ].join('\n')
}

function recordLines(
  collection: Collection,
  { id, author, at, value, derivedFrom }: PackagedRecord,
  now: number,
  stream: WriteStream,
): string[] {
  const width = columnsOf(stream)
  const info = collection === 'objects' ? objectInfoOf(value) : undefined
  if (info) {
    const title = info.title === undefined ? '' : `"${info.title}", `
    return [cutTo(plainText(`${title}${sizeOf(info.size)} of ${info.mediaType} by ${author}: ${id}`), width)]
  }
  const sources = derivedFrom.length === 0 ? '' : `, made from ${countOf(derivedFrom.length, 'object')}`
  return [
    cutTo(plainText(`${id} by ${author}, ${spanOf(now - at)} ago${sources}`), width),
    ...renderValue(value, stream, maxValueChars),
  ]
}

function heading(text: string, stream: WriteStream): string {
  return styleText('bold', text, { stream })
}
