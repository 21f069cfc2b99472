/**
 * A thread that is given objects, as bytes or as refs, and answers with the sum
 * of their first and last byte.
 *
 * @module
 */

import { parentPort, workerData } from 'node:worker_threads'
import type { MessagePort } from 'node:worker_threads'

import { joinMemory, ReadScope } from '@skein/memory'
import type { MemoryShare, Ref } from '@skein/memory'

const { share, port } = workerData as { share: MemoryShare; port: MessagePort }
const memory = await joinMemory(share, port)
const reader = { id: 'reader', role: 'bench' }

type Message = { readonly ref: Ref<Uint8Array> } | { readonly bytes: Uint8Array }

parentPort?.on('message', (message: Message) => void answer(message))

async function answer(message: Message): Promise<void> {
  using scope = new ReadScope()
  const bytes = 'bytes' in message ? message.bytes : await memory.as(reader, scope).objects.bytes(message.ref)
  parentPort?.postMessage((bytes[0] ?? 0) + (bytes.at(-1) ?? 0))
}
