import { jsonLines, parseJson } from './json-lines.ts'
import type { JsonLine } from './json-lines.ts'
import { hasStrings } from './parsed-import.ts'
import type { Found, Placed } from './parsed-import.ts'

/** The fields in which versions of mem0 keep the text, the newest first. */
const textFields = ['memory', 'text', 'data', 'content'] as const
/** Whose a memory is. */
const ownerFields = ['user_id', 'agent_id', 'run_id', 'app_id'] as const

/**
 * Reads an export of mem0: a list, an object with a list in `results` or `memories`, or one object a line.
 *
 * @returns `undefined` when it is nothing of the kind.
 */
export function parseMem0(text: string): readonly Placed[] | undefined {
  return listIn(text)?.map(({ place, value }) => ({ place, ...foundIn(value) }))
}

/** The values of an export, each with its place; `undefined` when there is no list of any kind. */
function listIn(text: string): readonly JsonLine[] | undefined {
  const whole = parseJson(text)
  if (Array.isArray(whole)) return whole.map(numbered)
  if (whole === undefined) {
    const lines = jsonLines(text)
    // A line that is broken is reported in its place; a file without any that is whole is something else.
    return lines.some(({ value }) => value !== undefined) ? lines : undefined
  }
  const { results, memories } = (whole ?? {}) as { readonly results?: unknown; readonly memories?: unknown }
  const list = [results, memories].find((one) => Array.isArray(one)) as readonly unknown[] | undefined
  return list?.map(numbered) ?? ('note' in foundIn(whole) ? [numbered(whole, 0)] : undefined)
}

function numbered(value: unknown, index: number): JsonLine {
  return { place: `memory ${index + 1}`, value }
}

function foundIn(item: unknown): Found {
  if (item === undefined) return { problem: 'no JSON' }
  const field = textFields.find((name) => hasStrings(item, [name]))
  const fields = (item ?? {}) as Readonly<Record<string, unknown>>
  const text = field === undefined ? '' : String(fields[field])
  if (text.trim() === '') return { problem: `no text in ${textFields.join(', ')}` }
  const { categories } = fields
  const named = Array.isArray(categories) ? categories.filter((one) => typeof one === 'string') : []
  const owners = ownerFields
    .filter((name) => hasStrings(item, [name]))
    .map((name) => `${name.replace('_id', '')}:${String(fields[name])}`)
  return { note: { text, tags: [...named, ...owners] } }
}
