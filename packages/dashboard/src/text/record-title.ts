import { objectInfoOf, parseWorkId, workStateOf } from '@skein/memory/runtime'
import type { ObjectInfo } from '@skein/memory/runtime'

import { shortText } from './short-text.ts'

/** Longer values are not parsed for their title, in UTF-16 units. */
const maxParsedLength = 20_000

/** Properties that summarize a value in one line, best first. */
const titleProperties = [
  'insight',
  'question',
  'reason',
  'title',
  'name',
  'text',
  'summary',
  'decision',
  'details',
  'agent',
]

/** Collections whose ids people know: an id is the best title. */
const titledById: ReadonlySet<string> = new Set(['facts', 'claims', 'agents'])

/** What a title is made from, besides the value. */
interface TitledRecord {
  readonly collection: string
  readonly id: string
  readonly task?: string | undefined
  readonly tags?: readonly string[] | undefined
}

/** One line that says what a record is about: a fact's key, an object's title, the beginning of a text. */
export function titleOf({ collection, id, task, tags }: TitledRecord, value: unknown): string {
  if (collection === 'work') return shortText(workStateOf(value)?.title ?? workTitle(id))
  const object = collection === 'objects' ? objectInfoOf(value) : undefined
  if (object) return objectTitle(object, { task, tags })
  if (collection === 'corrections') return correctionTitle(id, value)
  return shortText((titledById.has(collection) ? undefined : summaryOf(value)) ?? id)
}

/** {@link titleOf} for a value that is still JSON text. */
export function titleOfText(record: TitledRecord, text: string): string {
  // Every change of the feed passes here, so only values that matter are parsed.
  if (titledById.has(record.collection)) return titleOf(record, undefined)
  if (record.collection === 'work') return titleOf(record, parse(text))
  return text.length > maxParsedLength ? shortText(text.slice(0, 1_000)) : titleOf(record, parse(text))
}

/** An object's own title; without one its tags, its task, and its type and size. */
export function objectTitle(
  { size, mediaType, title }: ObjectInfo,
  { task, tags = [] }: Pick<TitledRecord, 'task' | 'tags'>,
): string {
  if (title !== undefined && title.trim() !== '') return shortText(title)
  // A hash as a task's name is of no use to people.
  const words = [...tags, task].filter((word) => word !== undefined && !/^[\da-f]{32,}$/.test(word))
  return shortText([...words, `${mediaType}, ${size} bytes`].join(' · '))
}

/** What a work is, from its id alone: `note` of an activity, `cite by skein/extractive@3` of a model's answer. */
export function workTitle(id: string): string {
  const parts = parseWorkId(id)
    .key.replace(/\/[\da-f]{32,}$/, '')
    .split('/')
  const [kind, name = ''] = parts
  if (kind === 'activity' && parts.length === 2) return shortText(name.replace(/@[^@]*$/, ''))
  if (kind === 'model' && parts.length > 2) return shortText(`${parts.at(-1)} by ${parts.slice(1, -1).join('/')}`)
  return shortText(parts.join('/'))
}

/** Whether a work is a call of a model, which is part of an activity. */
export function isModelCall(id: string): boolean {
  return parseWorkId(id).kind === 'model'
}

/** Why a record was corrected; without a reason, what was done to which. */
function correctionTitle(id: string, value: unknown): string {
  const { state, reason } = (value ?? {}) as { readonly state?: string; readonly reason?: unknown }
  return shortText(typeof reason === 'string' && reason !== '' ? reason : `${state ?? 'corrected'} ${id}`)
}

function summaryOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const found = titleProperties
    .map((name) => (value as Record<string, unknown>)[name])
    .find((part) => part !== undefined)
  return typeof found === 'string' ? found : JSON.stringify(found ?? value)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
