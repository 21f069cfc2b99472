import { once } from 'node:events'

import { openMemory } from '@skein/memory'
import type { Claim, Memory, View } from '@skein/memory'
import { outlast } from '@skein/memory/runtime'
import { redisStore } from '@skein/redis'
import { Redis } from 'ioredis'
import { onTestFinished } from 'vitest'

import { startServer } from './redis-server.ts'
import type { TestServer } from './redis-server.ts'

/** Options of a server that keeps nothing on its disk. */
export const forgetful = ['--appendonly', 'no'] as const

/** Starts a server, which ends with the test. */
export async function serverWith(...options: readonly string[]): Promise<TestServer> {
  const server = await startServer(...options)
  onTestFinished(() => server.stop())
  return server
}

/** Opens a memory, which closes with the test. `told` names what it tells of the store. */
export async function open(url: string, name: string): Promise<{ memory: Memory; view: View; told: string[] }> {
  const memory = await openMemory({ store: redisStore(url) })
  onTestFinished(() => memory.close())
  const told: string[] = []
  for (const event of ['disconnected', 'reconnected', 'dataLost'] as const) memory.on(event, () => told.push(event))
  return { memory, view: memory.as({ id: name, role: 'r' }), told }
}

/** A client that does what somebody with access to the server could do. Retries for as long as the server is away. */
export function connectTo(server: TestServer): Redis {
  const admin = new Redis(server.url)
  // Tests kill connections.
  admin.on('error', () => {})
  return admin
}

/** The same, which ends with the test. */
export async function adminOf(server: TestServer): Promise<Redis> {
  const admin = connectTo(server)
  onTestFinished(() => admin.disconnect())
  return admin
}

/** Resolves when a memory tells that its store lost data. */
export function lossToldTo({ memory }: { readonly memory: Memory }): Promise<void> {
  return new Promise((resolve) => memory.on('dataLost', () => resolve()))
}

/** Takes a task, once the server can be reached. */
export async function claim(view: View, task: string): Promise<Claim> {
  const taken = await outlast(() => view.claims.claim(task))
  if (!taken) throw new Error(`Somebody else has ${task}.`)
  return taken
}

/** Resolves when a claim is lost. */
export async function ended({ signal }: Claim): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort')
}

/** Writes facts one after the other. Resolves to their versions. */
export async function versions(view: View, keys: readonly string[]): Promise<number[]> {
  const written: number[] = []
  for (const key of keys) written.push((await outlast(() => view.facts.set(key, `new ${key}`))).version)
  return written
}
