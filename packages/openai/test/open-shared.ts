import { shareModel } from '@skein/core'
import type { SharedModel } from '@skein/core'
import type { ShareOptions } from '@skein/core/types'
import { mapStore, openMemory } from '@skein/memory'
import { ReadScope } from '@skein/memory/runtime'
import type { Memory, Principal, View } from '@skein/memory'
import type { StoreDriver } from '@skein/memory/store'
import { openaiModel } from '@skein/openai'
import type { OpenAIModelOptions } from '@skein/openai'
import { onTestFinished } from 'vitest'

import { OpenAIServer } from './openai-server.ts'
import type { ServerOptions } from './openai-server.ts'

/** A server, gone when the test ends. */
export async function startServer(options: ServerOptions = {}): Promise<OpenAIServer> {
  const server = await OpenAIServer.start(options)
  onTestFinished(() => server[Symbol.asyncDispose]())
  return server
}

/** A memory, closed when the test ends. */
export async function openStore(store: StoreDriver = mapStore()): Promise<Memory> {
  const memory = await openMemory({ store })
  onTestFinished(() => memory.close())
  return memory
}

/** What an activity of an agent has: the memory as it sees it, and the model. */
export interface Desk {
  readonly view: View
  readonly model: SharedModel
}

/** Gives an agent a memory in which what it reads is noted, as in an activity, and a model. */
export function deskOf(
  memory: Memory,
  server: OpenAIServer,
  agent: Partial<Principal> = {},
  options: Partial<OpenAIModelOptions> = {},
  share: ShareOptions = {},
): Desk {
  const view = memory.as({ id: 'ann', role: 'reader', ...agent }, new ReadScope())
  const model = openaiModel({ model: 'gpt-test', baseURL: server.url, retry: { baseDelayMs: 1 }, ...options })
  return { view, model: shareModel(model, view, share) }
}
