import { shortText } from './short-text.ts'

/** A value of more characters is not parsed for its title. */
const longestParsed = 20_000

/** Properties that say in one line what a value is about, the best first. */
const telling = ['insight', 'question', 'reason', 'title', 'name', 'text', 'summary', 'decision', 'details', 'agent']

/** Kinds of record that are known by their names. */
const named: ReadonlySet<string> = new Set(['facts', 'claims', 'agents'])

/** What a record is called by, beside its value. */
interface Named {
  readonly collection: string
  readonly id: string
  readonly task?: string | undefined
  readonly tags?: readonly string[] | undefined
}

/** A line for people that says what a record is about: a fact's key, an object's title, the beginning of a text. */
export function titleOf({ collection, id, task, tags }: Named, value: unknown): string {
  if (collection === 'work') return shortText(workName(id))
  if (collection === 'objects' && isObjectMeta(value)) return titleOfObject(value, { task, tags })
  return shortText((named.has(collection) ? undefined : describe(value)) ?? id)
}

/** What the record of an object holds. */
interface ObjectMeta {
  readonly size: number
  readonly mediaType: string
  readonly title?: string
}

/** An object's own title; without one what it was put for, and what it is. */
export function titleOfObject(
  { size, mediaType, title }: ObjectMeta,
  { task, tags = [] }: Pick<Named, 'task' | 'tags'>,
): string {
  if (title !== undefined && title.trim() !== '') return shortText(title)
  // Tasks that are named by hashes say nothing to people.
  const about = [...tags, task].filter((word) => word !== undefined && !/^[\da-f]{32,}$/.test(word))
  return shortText([...about, `${mediaType}, ${size} bytes`].join(' · '))
}

function isObjectMeta(value: unknown): value is ObjectMeta {
  return typeof value === 'object' && value !== null && 'mediaType' in value && 'size' in value
}

/** The same for a value as JSON text. */
export function titleOfText(record: Named, text: string): string {
  // Every change comes by here: what needs no value is named without it.
  if (record.collection === 'work' || named.has(record.collection)) return titleOf(record, undefined)
  return text.length > longestParsed ? shortText(text.slice(0, 1_000)) : titleOf(record, parsed(text))
}

/** The name of a work without its clearance and the hashes of its inputs: `activity/note@1`. */
export function workName(id: string): string {
  return id.slice(id.indexOf(' ') + 1).replace(/\/[\da-f]{32,}$/, '')
}

function describe(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const found = telling.map((name) => (value as Record<string, unknown>)[name]).find((part) => part !== undefined)
  return typeof found === 'string' ? found : JSON.stringify(found ?? value)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
