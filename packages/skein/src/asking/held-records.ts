import { readSentences } from '@skein/core/executor'
import type { View } from '@skein/memory'
import type { AnyRecord } from '@skein/memory/runtime'
import { collectionsWith } from '@skein/memory/store'

import type { HeldText } from './held-text.ts'

/** Records of each collection that may answer a question. */
const maxFound = 100
/** A short value is one statement, however it is written. In UTF-16 units. */
const statementChars = 300
/** How well what is no sentence stands alone, such as the name of a fact with its value. */
const statementForm = 0.8

/**
 * What records say that have words of a question: facts, and whatever else is found by words.
 *
 * @param read - Ids of the parts of files, which are looked through by themselves: notes on them say nothing more.
 */
export async function textsOfRecords(
  view: View,
  question: string,
  read: ReadonlySet<string>,
): Promise<readonly HeldText[]> {
  const [facts, ...others] = await Promise.all([
    view.facts.search(question, { limit: maxFound }),
    ...collectionsWith('searchable').map((collection) =>
      view.records.search(question, { collection, limit: maxFound }),
    ),
  ])
  const named = await Promise.all(facts.map(({ item }) => view.records.get('facts', item.key)))
  const records = [...named.filter((record) => record !== undefined), ...others.flat()]
  return records.filter((record) => !isNoteOn(record, read)).map(toText)
}

function isNoteOn({ tags, value }: AnyRecord, read: ReadonlySet<string>): boolean {
  const { parts } = (value ?? {}) as { readonly parts?: unknown }
  return tags.includes('note') && Array.isArray(parts) && parts.every((part) => read.has(part as string))
}

function toText(record: AnyRecord): HeldText {
  const said = leavesOf(record.value).join('\n\n')
  const text = record.collection === 'facts' ? `${record.id}: ${said}` : said
  const { language, sentences } = readSentences(text)
  const terms = sentences.map((sentence) => sentence.terms).join(' ')
  const whole = { start: 0, end: text.length, kind: 'row', terms, form: statementForm } as const
  const isStatement = text.length <= statementChars && text !== ''
  return { text, language, sentences: isStatement ? [whole] : sentences, origin: { kind: 'record', record } }
}

/** What a value says, in order. What is no sentence has the name of its property before it. */
function leavesOf(value: unknown, name?: string): string[] {
  if (Array.isArray(value)) return value.flatMap((inner) => leavesOf(inner, name))
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([key, inner]) => leavesOf(inner, key))
  if (value === null || value === undefined) return []
  const said = typeof value === 'string' ? value : JSON.stringify(value)
  return [name === undefined || /[.!?…。！？]["'”’»」』)]*$/u.test(said) ? said : `${name}: ${said}`]
}
