import { createHash } from 'node:crypto'

import { openMemory } from '@skein/memory'
import type { Memory } from '@skein/memory'
import { Records } from '@skein/memory/runtime'
import type { StoreDriver } from '@skein/memory/store'

import { skein } from '../run-skein.ts'

/** What the spaces of all releases are sealed with. */
export const encryption = {
  keys: { k1: createHash('sha256').update('the key of the releases').digest() },
  current: 'k1',
}
/** The same for the command. */
const keysOfCommand = `k1=${encryption.keys.k1.toString('base64')}`

/** What a program of a release finds in a space. */
export interface Contents {
  /** By collection; without those that expire, since they are gone by now. */
  readonly records: Readonly<Record<string, readonly unknown[]>>
  /** Changes in their order: position, and what was changed. */
  readonly feed: readonly string[]
  /** Identifies the life of the feed: a reader that noted its position goes on there. */
  readonly incarnation: string | undefined
}

const admin = {
  id: 'ada',
  role: 'admin',
  clearance: { level: 'confidential', compartments: ['finance'] },
  rights: ['audit', 'administer'],
} as const

/** Opens a space as a program of today does. */
export function openReleased(store: StoreDriver): Promise<Memory> {
  return openMemory({ store, encryption })
}

/** Reads everything that a space holds, by the public interface. */
export async function contentsOf(memory: Memory, until = Number.POSITIVE_INFINITY): Promise<Contents> {
  const view = memory.as(admin)
  const records: Record<string, unknown[]> = {}
  for (const collection of Records.collections) {
    const { items } = await view.records.list({ collection, limit: 1_000, include: 'all' })
    const kept = items.filter(({ expiresAt, seq }) => expiresAt === undefined && seq <= until)
    records[collection] = JSON.parse(JSON.stringify(kept.toSorted((a, b) => a.seq - b.seq))) as unknown[]
  }
  const { entries, incarnation } = await view.feed.read({ after: 0, limit: 1_000 })
  const changes = entries.filter(({ seq }) => seq <= until)
  const feed = changes.map((entry) =>
    entry.type === 'change'
      ? `${entry.seq} ${entry.change.collection}/${entry.change.id}`
      : `${entry.seq} ${entry.type}`,
  )
  return { records, feed, incarnation }
}

/** Commands whose JSON programs read. */
const commands = [
  ['ls'],
  ['ls', 'facts'],
  ['search', 'price'],
  ['inbox'],
  ['stats'],
  ['get', 'facts', 'last'],
  ['agents'],
]

/** What each command prints with `--json`. */
export async function printedBy(store: string, folder: string): Promise<Readonly<Record<string, unknown>>> {
  const printed: Record<string, unknown> = {}
  for (const command of commands) {
    const access = ['--clearance', 'confidential+finance', '--store', store, '--json']
    const { code, stdout, stderr } = await skein([...command, ...access], folder, { SKEIN_KEYS: keysOfCommand })
    if (code !== 0) throw new Error(stderr)
    // Where it is kept is no part of what a release promises.
    printed[command.join(' ')] = JSON.parse(stdout.replaceAll(folder, '.'))
  }
  return printed
}

/**
 * Fields of JSON that are gone, or hold another kind of value. New fields are no difference: programs ignore what they
 * don't know.
 */
export function lostFields(then: unknown, now: unknown, path = ''): readonly string[] {
  if (typeof then !== typeof now || Array.isArray(then) !== Array.isArray(now)) return [path]
  if (Array.isArray(then) && Array.isArray(now)) {
    return then.length > 0 && now.length === 0
      ? [`${path}[0]`]
      : then.slice(0, 1).flatMap((one: unknown) => lostFields(one, now[0], `${path}[0]`))
  }
  if (typeof then !== 'object' || then === null) return []
  return Object.entries(then).flatMap(([name, value]) =>
    lostFields(value, (now as Record<string, unknown> | null)?.[name], `${path}.${name}`),
  )
}
