import type { TraceSpan } from '../../src/protocol/protocol.ts'
import { history } from '../state/page-state.ts'
import { keyOf } from '../state/scene.ts'
import { spanTitle } from '../ui/span-title.ts'

type NamedSpan = Parameters<typeof spanTitle>[0] & Partial<Pick<TraceSpan, 'records'>>

/** What a span is, in words, and the title of its record if it has read or written one: `wrote objects: Notes of May`. */
export function spanName(span: NamedSpan): string {
  const words = spanTitle(span)
  const [record, another] = span.records ?? []
  const title = record && !another && history.head.records.get(keyOf(record.collection, record.id))?.title
  return title ? `${words}: ${title}` : words
}
