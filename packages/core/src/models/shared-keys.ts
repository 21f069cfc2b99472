import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { View } from '@skein/memory'
import { requireObject, workId, workStateOf } from '@skein/memory/runtime'

import type { ChatRequest, ChatResponse } from './chat.ts'
import { citeByChat } from './cite-by-chat.ts'
import type { CiteContext } from './cite-by-chat.ts'
import type { CiteRequest } from './cite.ts'
import { ModelCallError } from './model-errors.ts'
import type { Model } from './model.ts'
import { chatIdentity, citeIdentity, embedIdentity, shareKey } from './share-key.ts'
import { plainRequest } from './shared-request.ts'
import type { ObjectRequest, ShareableRequest, SharedChatRequest } from './shared-request.ts'

/** What {@link keysOf} works with. */
export interface KeysContext {
  readonly model: Model
  readonly memory: View
  /** Puts the passages of a request into its messages. */
  readonly prepare: (request: SharedChatRequest) => ChatRequest
  readonly citeContext: (ask: CiteContext['ask']) => CiteContext
}

/** The keys of all stored answers that the answer to a request is made from. */
export async function keysOf(request: ShareableRequest, context: KeysContext): Promise<readonly string[]> {
  requireObject('request', request, 'a request as for chat, object, cite or embed')
  const { model, prepare } = context
  if ('texts' in request) {
    const { texts, dimensions } = request
    return texts.map((text) => shareKey(model.id, 'embed', embedIdentity(text, dimensions)))
  }
  if ('maxSentences' in request) {
    if (model.cite) return [shareKey(model.id, 'cite', citeIdentity(request))]
    return keysOfCalls(request, context)
  }
  const isObject = request.schema !== undefined && '~standard' in request.schema
  const plain = prepare(
    isObject ? plainRequest(request as ObjectRequest<StandardSchemaV1>) : (request as SharedChatRequest),
  )
  return [shareKey(model.id, isObject ? 'object' : 'chat', chatIdentity(plain))]
}

/** A later round asks about the answers of the one before, so it is known only as far as those are stored. */
async function keysOfCalls(request: CiteRequest, { model, memory, citeContext }: KeysContext): Promise<string[]> {
  const keys: string[] = []
  const isMissing = new Error('This answer is not stored.')
  const look: CiteContext['ask'] = async (sent) => {
    const key = shareKey(model.id, 'cite', chatIdentity(sent))
    keys.push(key)
    const answer = await storedAnswer(memory, key)
    if (answer === undefined) throw isMissing
    return { answer: answer as ChatResponse, reused: true, usd: undefined }
  }
  await citeByChat(request, citeContext(look)).catch((error: unknown) => {
    if (error !== isMissing && !(error instanceof ModelCallError)) throw error
  })
  return keys
}

async function storedAnswer({ principal, records }: View, key: string): Promise<unknown> {
  const { level = 'public', compartments = [] } = principal.clearance ?? {}
  const record = await records.get('work', workId({ level, compartments }, key))
  const state = record && workStateOf(record.value)
  return state?.state === 'done' ? state.value : undefined
}
