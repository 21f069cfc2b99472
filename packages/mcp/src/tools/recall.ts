import { OptionError } from '@skein/memory'
import { requireInteger } from '@skein/memory/runtime'

import { notice } from '../session/quote.ts'
import { openCollections } from '../session/record-name.ts'
import type { Session } from '../session/session.ts'
import { findRecords } from '../recall/find-records.ts'
import { listRecords } from '../recall/list-records.ts'
import { readRecords } from '../recall/read-records.ts'
import type { RecallFilter } from '../recall/recall-filter.ts'
import { array, integer, object, reads, string, strings } from './schema.ts'
import { defineTool } from './tool.ts'
import type { MemoryTool } from './tool.ts'

interface RecallArgs extends RecallFilter {
  readonly query?: string
  readonly ids?: readonly string[]
  readonly limit?: number
}

/** `recall`: finds records and shows snippets; given ids, it shows them whole. */
export const recall: MemoryTool = defineTool<RecallArgs>({
  name: 'recall',
  description: 'Search, in short; without query your alerts and the newest. Then ids: whole values.',
  annotations: reads,
  input: object({
    query: string,
    ids: strings,
    task: string,
    kind: string,
    limit: integer,
    cursor: string,
  }),
  output: object({ items: array }),
  run: async (args, { session }) => ({ notice, ...(await answerTo(session, args)) }),
})

async function answerTo(session: Session, args: RecallArgs): Promise<object> {
  const { ids, query, limit = 10, kind, cursor } = args
  requireInteger('limit', limit, 1, 50)
  if (kind !== undefined && !openCollections.includes(kind)) {
    throw new OptionError('kind', `one of ${openCollections.join(', ')}`, kind)
  }
  if (ids !== undefined) {
    if (query !== undefined) throw new OptionError('ids', 'Give either query or ids: ids show whole values.')
    return readRecords(session.view, ids, cursor)
  }
  return query === undefined ? listRecords(session.view, args, limit) : findRecords(session.view, query, args, limit)
}
