import { styleText } from 'node:util'
import type { WriteStream } from 'node:tty'

import { labelText } from '@skein/memory/store'
import type { AnyRecord } from '@skein/memory/runtime'
import type { Label } from '@skein/memory/store'

import { sizeOf } from '../terminal/amounts.ts'
import { plain, plainLines } from '../terminal/plain-text.ts'
import { columnsOf } from '../terminal/table.ts'
import { cutTo } from '../terminal/text-width.ts'
import { spanOf, timeOf } from '../terminal/time-text.ts'

/** One step of where a record comes from or goes to. */
export interface Origin {
  readonly collection?: string
  readonly id: string
  readonly author?: string
  /** Steps away. */
  readonly distance: number
}

/** What a record was made from, and what was made from it. */
export interface RecordOrigins {
  readonly sources: readonly Origin[]
  readonly uses: readonly Origin[]
}

/** Letters of a value that are shown. */
const longestValue = 10_000

/**
 * A record as text for a person. What agents wrote is set in by two spaces, so
 * that no line of it can be taken for one of ours.
 *
 * @param preview - The content of an object, if it is to be shown.
 */
export function renderRecord(
  record: AnyRecord,
  { sources, uses }: RecordOrigins,
  preview: string | undefined,
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
    ['label', labelOf(record, 'public')],
    ['made', `${timeOf(createdAt)}, ${spanOf(now - createdAt)} ago`],
    ['changed', updatedAt === createdAt ? '' : `${timeOf(updatedAt)}, ${spanOf(now - updatedAt)} ago`],
    ['time left', expiresAt === undefined ? '' : `${spanOf(expiresAt - now)}, until ${timeOf(expiresAt)}`],
  ] as const
  const width = columnsOf(stream)
  return [
    styleText('bold', cutTo(plain(`${collection}/${id}`), width), { stream }),
    ...fields
      .filter(([, text]) => text !== '')
      .map(([title, text]) => cutTo(`${title.padEnd(10)} ${plain(text)}`, width)),
    ...valueLines(record, preview, stream),
    ...originLines('made from', sources, stream),
    ...originLines('used by', uses, stream),
  ].join('\n')
}

/** A label as one word, and another where it is the usual one. */
export function labelOf({ sensitivity, compartments }: Label, usual: string): string {
  const isUsual = sensitivity === 'public' && compartments.length === 0
  return isUsual ? usual : labelText({ level: sensitivity, compartments })
}

/** A value over several lines, set in, and cut where it is too long. */
export function linesOfValue(value: unknown, stream: WriteStream, most: number = longestValue): string[] {
  const text = typeof value === 'string' ? value : (JSON.stringify(value, null, 2) ?? 'undefined')
  const width = columnsOf(stream) - 2
  const lines = plainLines(text.slice(0, most).toWellFormed()).map((line) => `  ${wrap(line, width)}`)
  if (text.length <= most) return lines
  return [...lines, `… ${sizeText(text.length - most)} more, which --json shows`]
}

function valueLines(record: AnyRecord, preview: string | undefined, stream: WriteStream): string[] {
  if (record.collection !== 'objects') return ['value', ...linesOfValue(record.value, stream)]
  const { size, mediaType, title } = record.value as { size: number; mediaType: string; title?: string }
  const name = title === undefined ? '' : `, "${plain(title)}"`
  const about = `content    ${sizeOf(size)} of ${plain(mediaType)}${name}`
  if (preview === undefined) return [`${about}, which --raw writes`]
  const lines = linesOfValue(preview.slice(0, longestValue), stream)
  return [about, ...lines, ...(preview.length > longestValue ? ['… and more, which --raw writes'] : [])]
}

function originLines(title: string, origins: readonly Origin[], stream: WriteStream): string[] {
  if (origins.length === 0) return []
  const width = columnsOf(stream)
  return [
    title,
    ...origins.map(({ collection = 'objects', id, author, distance }) => {
      const by = author === undefined ? '' : ` by ${author}`
      const steps = distance === 1 ? '' : ` (${distance} steps away)`
      return cutTo(`  ${plain(`${collection}/${id}${by}`)}${steps}`, width)
    }),
  ]
}

function sizeText(letters: number): string {
  return `${letters.toLocaleString('en')} characters`
}

/** Breaks a line that is too wide where it must, so that what follows stays set in. */
function wrap(line: string, width: number): string {
  if (!Number.isFinite(width)) return line
  const pieces: string[] = []
  for (let rest = line; rest !== '' || pieces.length === 0;) {
    const piece = cutTo(rest, width)
    if (piece === rest) {
      pieces.push(piece)
      break
    }
    const kept = rest.slice(0, Math.max(1, piece.length - 1))
    const atSpace = kept.lastIndexOf(' ')
    const cut = atSpace > width / 2 ? kept.slice(0, atSpace + 1) : kept
    pieces.push(cut.trimEnd())
    rest = rest.slice(cut.length)
  }
  return pieces.join('\n  ')
}
