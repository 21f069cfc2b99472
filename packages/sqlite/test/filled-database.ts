import { openMemory } from '@skein/memory'
import type { Memory } from '@skein/memory'
import { sqliteStore } from '@skein/sqlite'
import Database from 'better-sqlite3'
import { expect, onTestFinished } from 'vitest'

import { temporaryPath } from './temporary.ts'

export const me = { id: 'me', role: 'test' } as const

/** Opens a memory that is closed when the test ends. */
export async function openUntilEnd(path: string): Promise<Memory> {
  const memory = await openMemory({ store: sqliteStore({ path, durability: 'relaxed' }), auditKeepMs: 0 })
  onTestFinished(() => memory.close())
  return memory
}

/** Makes a database with some facts, a deleted one, an observation and an object, and closes it. */
export async function filledDatabase(facts = 20): Promise<string> {
  const path = temporaryPath()
  const memory = await openUntilEnd(path)
  const view = memory.as(me)
  const indexes = Array.from({ length: facts }, (_, index) => index)
  await Promise.all(indexes.map((index) => view.facts.set(`f${index}`, valueOf(index), { tags: ['t'] })))
  await view.facts.set('gone', 1)
  await view.facts.delete('gone')
  const page = await view.objects.put('the words of a page')
  await view.observations.log({ value: 'a red fox', derivedFrom: [page] })
  await memory.close()
  return path
}

/** The value of the fact `f<index>`. */
export function valueOf(index: number): object {
  return { index, text: `what is known of ${index}`.repeat(10) }
}

/** Changes a database behind the back of the store. */
export function changeTables(path: string, sql: string): void {
  const db = new Database(path)
  db.exec(sql)
  db.close()
}

/** Reads everything that {@link filledDatabase} wrote. */
export async function expectIntact(path: string, count: number): Promise<void> {
  await using memory = await openMemory({ store: sqliteStore(path), auditKeepMs: 0 })
  const { facts, observations, objects } = memory.as(me)
  for (let index = 0; index < count; index += 1) expect(await facts.get(`f${index}`)).toEqual(valueOf(index))
  expect(await facts.get('gone')).toBeUndefined()
  const [hit] = await observations.search('fox')
  const [listed] = (await observations.list()).items
  expect([hit?.item.value, listed?.value]).toEqual(['a red fox', 'a red fox'])
  const ref = { id: listed?.derivedFrom[0] ?? '', size: 0, mediaType: 'text/plain' }
  expect(await objects.get(ref)).toBe('the words of a page')
}
