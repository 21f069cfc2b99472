import { ResourceNotFoundError } from '@modelcontextprotocol/server'
import type { ListResourcesResult, ListResourceTemplatesResult, ReadResourceResult } from '@modelcontextprotocol/server'
import type { View } from '@skein/memory'

import { notice } from '../session/quote.ts'
import { listRecords } from '../recall/list-records.ts'
import { readRecord } from '../recall/read-records.ts'
import { newestUri, parseMemoryUri } from './memory-uri.ts'

const mimeType = 'application/json'

/** So many records are shown of a task, or as the newest. */
const listedRecords = 50

/**
 * What clients list, often unasked, when they connect. So it names no records: a name counts as read, and would mark
 * all that the client writes.
 */
export const resources: ListResourcesResult['resources'] = [
  { uri: newestUri, name: 'newest', title: 'The newest records', mimeType },
]

/** The forms that the addresses of all other resources have. */
export const resourceTemplates: ListResourceTemplatesResult['resourceTemplates'] = [
  { uriTemplate: 'memory://tasks/{+task}', name: 'task', title: 'All that is known about a task', mimeType },
  { uriTemplate: 'memory://facts/{+key}', name: 'fact', title: 'A fact', mimeType },
  { uriTemplate: 'memory://{collection}/{+id}', name: 'record', title: 'A record by its id', mimeType },
]

/** Reads a resource. @throws ResourceNotFoundError when the client can see none. */
export async function readResource(view: View, uri: string): Promise<ReadResourceResult> {
  const content = await contentOf(view, uri)
  if (content === undefined) throw new ResourceNotFoundError(uri)
  return { contents: [{ uri, mimeType, text: JSON.stringify({ notice, ...content }) }] }
}

async function contentOf(view: View, uri: string): Promise<object | undefined> {
  const target = parseMemoryUri(uri)
  if (target === undefined) return undefined
  if ('newest' in target) return listRecords(view, {}, listedRecords)
  if ('task' in target) return listRecords(view, { task: target.task }, listedRecords)
  return readRecord(view, target.record)
}
