import type { TraceSpan } from '../../src/protocol/protocol.ts'

const verbs: Readonly<Record<string, string>> = {
  invoke_workflow: 'workflow',
  invoke_agent: 'agent',
  execute_tool: 'activity',
  chat: 'model',
  embeddings: 'vectors of',
  search_memory: 'searched',
  read_memory: 'read',
  create_memory: 'wrote',
  update_memory: 'changed',
  upsert_memory: 'wrote',
  delete_memory: 'deleted',
}

type TitledSpan = Pick<TraceSpan, 'operation'> & Partial<Pick<TraceSpan, 'target' | 'collection' | 'title'>>

/** What a span is, in words: an activity and its input, `note: Railroads`; else `activity note`, `wrote objects`. */
export function spanTitle({ operation, target, collection, title }: TitledSpan): string {
  if (title !== undefined) return title
  const what = target ?? collection
  return what === undefined ? (verbs[operation] ?? operation) : `${verbs[operation] ?? operation} ${what}`
}
