import { openCollections } from '../session/record-name.ts'
import type { RecordName } from '../session/record-name.ts'

/** What was written last, and the alerts for the client. */
export const newestUri = 'memory://newest'

/** The address of a record. The slashes of its id stay as they are. */
export function recordUri({ collection, id }: RecordName): string {
  return `memory://${collection}/${encodeId(id)}`
}

/** The address of all that is known about a task. */
export function taskUri(task: string): string {
  return `memory://tasks/${encodeId(task)}`
}

/** What an address stands for; `undefined` when it is none of ours. */
export function parseMemoryUri(
  uri: string,
): { readonly newest: true } | { readonly task: string } | { readonly record: RecordName } | undefined {
  if (uri === newestUri) return { newest: true }
  const [, kind, rest] = /^memory:\/\/([a-z]+)\/(.+)$/s.exec(uri) ?? []
  const id = rest === undefined ? undefined : decodeId(rest)
  if (id === undefined) return undefined
  if (kind === 'tasks') return { task: id }
  const collection = openCollections.find((known) => known === kind)
  return collection && { record: { collection, id } }
}

function encodeId(id: string): string {
  return id.split('/').map(encodeURIComponent).join('/')
}

function decodeId(text: string): string | undefined {
  try {
    return text.split('/').map(decodeURIComponent).join('/')
  } catch {
    return undefined
  }
}
