import { setImmediate as nextTurn } from 'node:timers/promises'

import { mapStore } from '@skein/memory'
import type { Commit, Mutation, RecordKey, Store, StoredRecord, Written } from '@skein/memory/store'
import { checkHistory } from '@skein/memory/testing'
import type { Operation, ViolationKind } from '@skein/memory/testing'
import { expect, it } from 'vitest'

import { randomNumbers } from './simulate-history.ts'

/** Makes a real store misbehave in one way, now and then. */
type Break = (store: Part, random: () => number) => Part
type Part = Pick<Store, 'read' | 'write'>

const sound: Break = (store) => store

/** Ignores the version that a write names. */
const withoutCheck: Break = (store, random) => ({
  read: store.read,
  write: (batch) =>
    store.write(random() < 0.1 ? batch.map((mutation) => ({ ...mutation, ifVersion: undefined }) as Mutation) : batch),
})

/** Returns the result of an earlier read. */
const fromThePast: Break = (store, random) => {
  const answered = new Map<string, (StoredRecord | undefined)[]>()
  return {
    write: store.write,
    read: async (keys) => {
      const records = await store.read(keys)
      return records.map((record, index) => {
        const { id } = keys[index] as RecordKey
        const earlier = answered.get(id) ?? []
        answered.set(id, [...earlier, record])
        return random() < 0.05 ? earlier[Math.floor(earlier.length / 2)] : record
      })
    },
  }
}

/** Acknowledges a write and then loses it. */
const forgetful: Break = (store, random) => ({
  read: store.read,
  write: async (batch) => {
    if (random() >= 0.05) return store.write(batch)
    const records = await store.read(batch.map(({ key }) => key))
    const written = records.map((record): Written => {
      return { version: (record?.version ?? 0) + 1, seq: (record?.seq ?? 0) + 1, updatedAt: 0, createdAt: 0 }
    })
    return { ok: true, written }
  },
})

/** Gives a version the number of the one before, and keeps that offset. */
const repeating: Break = (store, random) => {
  const repeated = new Map<string, number>()
  const shown = <Versioned extends { readonly version: number }>(key: RecordKey, each: Versioned): Versioned => {
    return { ...each, version: each.version - (repeated.get(key.id) ?? 0) }
  }
  return {
    read: async (keys) => {
      const records = await store.read(keys)
      return records.map((record) => record && shown(record, record))
    },
    write: async (batch) => {
      const own = batch.map((mutation): Mutation => {
        const { ifVersion = 0 } = mutation
        if (ifVersion === 0) return mutation
        return { ...mutation, ifVersion: ifVersion + (repeated.get(mutation.key.id) ?? 0) } as Mutation
      })
      const commit = await store.write(own)
      if (!commit.ok) {
        const { refusal } = commit
        if (refusal.reason === 'seal' || !refusal.current) return commit
        return { ok: false, refusal: { ...refusal, current: shown(refusal.current, refusal.current) } }
      }
      const written = commit.written.map((each, index) => {
        const { key } = batch[index] as Mutation
        if (each.version > 1 && random() < 0.05) repeated.set(key.id, (repeated.get(key.id) ?? 0) + 1)
        return shown(key, each)
      })
      return { ok: true, written }
    },
  }
}

it.each<[string, Break, readonly ViolationKind[]]>([
  ['a correct store passes', sound, []],
  ['a store that sometimes skips the version check is detected', withoutCheck, ['lost-update']],
  ['a store that sometimes returns stale reads is detected', fromThePast, ['stale-read']],
  [
    'a store that loses acknowledged writes is detected',
    forgetful,
    ['stale-read', 'values-differ', 'version-made-twice'],
  ],
  ['a store that uses a version twice is detected', repeating, ['values-differ', 'version-made-twice']],
])('%s', async (_, breakIt, expected) => {
  const found = new Set<ViolationKind>()
  for (const seed of [1, 2, 3]) {
    const kinds = checkHistory(await run(breakIt, seed)).map(({ kind }) => kind)
    for (const kind of kinds) found.add(kind)
    // Every run must detect it.
    expect(kinds.length > 0).toBe(expected.length > 0)
  }
  expect([...found]).toEqual(expect.arrayContaining([...expected]))
})

/** Runs processes that read, write and replace concurrently, and returns their history. */
async function run(breakIt: Break, seed: number): Promise<Operation[]> {
  const random = randomNumbers(seed)
  await using real = await mapStore().open('space', 'writer')
  const store = breakIt(slow(real, random), random)
  const history: Operation[] = []
  let ticks = 0
  const tick = (): number => (ticks += 1)

  const work = async (process: string): Promise<void> => {
    for (let step = 0; step < 150; step += 1) {
      const key = `k${Math.floor(random() * 3)}`
      const id = { collection: 'facts', id: key } as const
      const readAt = tick()
      const [record] = await store.read([id])
      const version = record?.version ?? 0
      history.push({
        process,
        key,
        type: 'read',
        startedAt: readAt,
        endedAt: tick(),
        version,
        ...valueOf(record),
        ok: true,
      })
      if (random() < 0.3) continue
      const value = `${process}-${step}`
      const ifVersion = random() < 0.7 ? version : undefined
      const startedAt = tick()
      const commit = await store.write([{ type: 'set', key: id, value: JSON.stringify(value), meta, ifVersion }])
      const outcome = { ok: commit.ok, version: versionOf(commit) }
      history.push({ process, key, type: 'write', startedAt, endedAt: tick(), value, ifVersion, ...outcome })
    }
  }
  await Promise.all(['a', 'b', 'c', 'd'].map(work))
  return history
}

const meta = { author: 'test', tags: [], derivedFrom: [], sensitivity: 'public', compartments: [] } as const

/** Delays calls so that they overlap. */
function slow(store: Part, random: () => number): Part {
  const wait = async (): Promise<void> => {
    for (let turns = Math.floor(random() * 3); turns > 0; turns -= 1) await nextTurn()
  }
  const slowly = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    await wait()
    const result = await work()
    await wait()
    return result
  }
  return {
    read: (keys) => slowly(() => store.read(keys)),
    write: (batch) => slowly(() => store.write(batch)),
  }
}

function valueOf(record: StoredRecord | undefined): { value?: unknown } {
  return record ? { value: JSON.parse(record.value) as unknown } : {}
}

/** The version that a write made, or the current one that its refusal reported. */
function versionOf(commit: Commit): number | undefined {
  if (commit.ok) return commit.written[0]?.version
  return commit.refusal.reason === 'seal' ? undefined : (commit.refusal.current?.version ?? 0)
}
