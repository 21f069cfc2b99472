import type { Fact, View } from '@skein/memory'
import { requireInteger, requireStrings } from '@skein/memory/runtime'
import type { AnyRecord } from '@skein/memory/runtime'
import { collectionsWith } from '@skein/memory/store'
import type { Collection, Label } from '@skein/memory/store'

/** Something that the memory holds, with the id to recall it by. */
export interface FoundData extends Label {
  /** Kind and id: `observations/…`. */
  readonly id: string
  readonly author: string
  readonly text: string
}

/** A glance: the whole is one call away. */
const glance = 200
const whole = 8_000
/** Answers are read by models, which pay by the word. */
export const mostFound = 20

interface Written extends Label {
  readonly author: string
  readonly value: unknown
}

function foundData(id: string, { author, value, sensitivity, compartments }: Written, length: number): FoundData {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  const rest = text.length - length
  const said = rest > 0 ? `${text.slice(0, length)}… (${rest} more characters)` : text
  return { id, author, text: said, sensitivity, compartments }
}

/** A fact in full. */
export function factFound(fact: Fact): FoundData {
  return foundData(`facts/${fact.key}`, fact, whole)
}

/** Filters of {@link search}. */
export interface SearchFilter {
  readonly limit: number
  readonly task?: string
}

/** What agents have noted: of all kinds and facts what matches best, or what is newest. @throws OptionError, StoreError */
export async function search(view: View, query: string | undefined, filter: SearchFilter): Promise<FoundData[]> {
  requireInteger('limit', filter.limit, 1, mostFound)
  const records = query === undefined ? await newest(view, filter) : await view.records.search(query, filter)
  return records.map((record) => foundData(`${record.collection}/${record.id}`, record, glance))
}

async function newest(view: View, filter: SearchFilter): Promise<readonly AnyRecord[]> {
  const pages = await Promise.all(
    collectionsWith('journal').map((collection) => view.records.list({ collection, ...filter })),
  )
  const records = pages.flatMap(({ items }) => items)
  return records.toSorted((a, b) => b.seq - a.seq).slice(0, filter.limit)
}

/** Records in full, by the ids that other tools gave. @throws OptionError, StoreError */
export async function recordsById(view: View, ids: readonly string[]): Promise<FoundData[]> {
  requireStrings('ids', ids)
  requireInteger('the number of `ids`', ids.length, 0, mostFound)
  const records = await Promise.all(
    ids.map(async (id) => {
      const [collection = '', ...rest] = id.split('/')
      const record = await view.records.get(collection as Collection, rest.join('/'))
      return record && foundData(id, record, whole)
    }),
  )
  return records.filter((record) => record !== undefined)
}

/** What was handed over to the agent. It comes once. @throws StoreError */
export async function receiveAlerts(view: View): Promise<FoundData[]> {
  const alerts = await view.alerts.pending()
  await Promise.all(alerts.map(({ id }) => view.alerts.ack(id)))
  return alerts.map(({ id, from: author, insight, task }) => {
    const value = task === undefined ? insight : { task, note: insight }
    return foundData(`alerts/${id}`, { author, value, ...view.label }, whole)
  })
}
