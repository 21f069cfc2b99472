import { styleText } from 'node:util'
import type { WriteStream } from 'node:tty'

import type { EscalationPackage } from '@skein/memory'
import type { EscalationState, PackagedRecord } from '@skein/memory/types'

import { countOf, sizeOf } from '../terminal/amounts.ts'
import { plain } from '../terminal/plain-text.ts'
import { linesOfValue } from './render-record.ts'
import { columnsOf } from '../terminal/table.ts'
import { cutTo } from '../terminal/text-width.ts'
import { spanOf, timeOf } from '../terminal/time-text.ts'

/** Letters of each value that are shown. */
const longestValue = 2_000

/** What stands before what a person said, where that is no answer. */
const answerTitles: Readonly<Partial<Record<EscalationState, string>>> = {
  declined: 'declined because',
  'handed-back': 'handed back because',
}

/** All that is known about an escalated task, as text for a person. What agents wrote is set in. */
export function renderPackage(found: EscalationPackage, now: number, stream: WriteStream): string {
  const { escalation, leftOut, isCut, timeline } = found
  const { id, state, task, reason, question, assignedTo, openedBy, openedAt, takenBy, answer } = escalation
  const width = columnsOf(stream)
  const line = (text: string): string => cutTo(plain(text), width)
  const text = (title: string, value: unknown): string[] =>
    value === undefined ? [] : [title, ...linesOfValue(value, stream, longestValue)]
  const part = (title: string, records: readonly PackagedRecord[]): string[] =>
    records.length === 0
      ? []
      : ['', heading(title, stream), ...records.flatMap((record) => linesOf(record, now, stream))]
  return [
    heading(line(`escalation ${id}`), stream),
    line(`state      ${state}${takenBy === undefined ? '' : `, taken by ${takenBy}`}`),
    line(`task       ${task}`),
    line(`asked      ${timeOf(openedAt)}, ${spanOf(now - openedAt)} ago by ${openedBy}`),
    ...(assignedTo === undefined ? [] : [line(`for        ${assignedTo}`)]),
    ...text('reason', reason),
    ...text('question', question),
    ...text(answerTitles[state] ?? 'answer', answer),
    ...part('Decisions', found.decisions),
    ...part('Observations', found.observations),
    ...part('Learnings', found.learnings),
    ...part('Facts', found.facts),
    ...(found.objects.length === 0 ? [] : ['', heading('Objects', stream)]),
    ...found.objects.map(({ id: object, author, value }) => {
      const { size, mediaType, title } = value as { size: number; mediaType: string; title?: string }
      const about = title === undefined ? '' : `"${title}", `
      return line(`${about}${sizeOf(size)} of ${mediaType} by ${author}: ${object}`)
    }),
    '',
    heading('Timeline', stream),
    ...timeline.map(({ at, collection, id: what, author }) =>
      line(`${timeOf(at)}  ${collection}/${what} by ${author}`),
    ),
    ...(leftOut > 0
      ? [`${countOf(leftOut, 'record')} of this task left out, which this clearance does not cover.`]
      : []),
    ...(isCut ? ['There is more on this task than a package holds: the oldest are left out.'] : []),
  ].join('\n')
}

function linesOf({ id, author, at, value, derivedFrom }: PackagedRecord, now: number, stream: WriteStream): string[] {
  const from = derivedFrom.length === 0 ? '' : `, made from ${countOf(derivedFrom.length, 'object')}`
  return [
    cutTo(plain(`${id} by ${author}, ${spanOf(now - at)} ago${from}`), columnsOf(stream)),
    ...linesOfValue(value, stream, longestValue),
  ]
}

function heading(text: string, stream: WriteStream): string {
  return styleText('bold', text, { stream })
}
