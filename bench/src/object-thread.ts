/**
 * A thread that is given objects, as bytes or as refs, and answers with the sum
 * of the first and last byte of each.
 *
 * @module
 */

import { parentPort, workerData } from 'node:worker_threads'
import type { MessagePort } from 'node:worker_threads'

import { joinMemory, ReadScope } from '@skein/memory/runtime'
import type { Ref } from '@skein/memory'

const { port } = workerData as { port: MessagePort }
const memory = await joinMemory(port)
const reader = { id: 'reader', role: 'bench' }

type Message =
  | { readonly refs: readonly Ref<Uint8Array>[] }
  | { readonly contents: readonly Uint8Array[]; readonly back?: boolean }

parentPort?.on('message', (message: Message) => void answer(message))

async function answer(message: Message): Promise<void> {
  using scope = new ReadScope()
  const { objects } = memory.as(reader, scope)
  let sum = 0
  for (const item of 'refs' in message ? message.refs : message.contents) {
    const bytes = item instanceof Uint8Array ? item : await objects.bytes(item)
    sum += (bytes[0] ?? 0) + (bytes.at(-1) ?? 0)
  }
  // What was handed over is handed back: who sends it has only one.
  if ('back' in message)
    parentPort?.postMessage(
      [sum, message.contents],
      message.contents.map(({ buffer }) => buffer as ArrayBuffer),
    )
  else parentPort?.postMessage(sum)
}
