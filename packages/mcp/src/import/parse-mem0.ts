import { hasStrings, parsedImport } from './parsed-import.ts'
import type { ImportedNote, ParsedImport } from './parsed-import.ts'

/** The fields in which versions of mem0 keep the text, the newest first. */
const textFields = ['memory', 'text', 'data', 'content'] as const
/** Whose a memory is. */
const ownerFields = ['user_id', 'agent_id', 'run_id', 'app_id'] as const

/**
 * Reads an export of mem0: a list, an object with a list in `results` or `memories`, or one object a line.
 *
 * @returns `undefined` when it is nothing of the kind.
 */
export function parseMem0(text: string): ParsedImport | undefined {
  const items = listIn(text)
  return items && parsedImport({ entities: [], relations: [] }, items.map(noteOf))
}

function listIn(text: string): readonly unknown[] | undefined {
  const whole = parse(text)
  if (Array.isArray(whole)) return whole
  if (whole === undefined) {
    const lines = text.split('\n').filter((line) => line.trim() !== '')
    // A line that is broken is reported in its place; a file without any that is whole is something else.
    const items = lines.map(parse)
    return items.some((item) => item !== undefined) ? items : undefined
  }
  const { results, memories } = whole as { readonly results?: unknown; readonly memories?: unknown }
  return (
    [results, memories].find((list) => Array.isArray(list)) ??
    (typeof noteOf(whole, 0) === 'string' ? undefined : [whole])
  )
}

function noteOf(item: unknown, index: number): ImportedNote | string {
  const field = textFields.find((name) => hasStrings(item, [name]))
  const fields = (item ?? {}) as Readonly<Record<string, unknown>>
  const text = field === undefined ? '' : String(fields[field])
  if (text.trim() === '') return `memory ${index + 1}: no text in ${textFields.join(', ')}`
  const { categories } = fields
  const named = Array.isArray(categories) ? categories.filter((one) => typeof one === 'string') : []
  const owners = ownerFields
    .filter((name) => hasStrings(item, [name]))
    .map((name) => `${name.replace('_id', '')}:${String(fields[name])}`)
  return { text, tags: [...named, ...owners] }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
