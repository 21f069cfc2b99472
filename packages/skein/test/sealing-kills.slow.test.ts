import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { openMemory } from '@skein/memory'
import { inspectSpace } from '@skein/memory/runtime'
import type { EncryptionOptions } from '@skein/memory'
import { collectionsWith } from '@skein/memory/store'
import type { Store } from '@skein/memory/store'
import { describe, expect, it, onTestFinished } from 'vitest'

import { missing, startServer } from '../../redis/test/redis-server.ts'
import { driverAt, plainRecords, plainSecrets, putPlainObjects, unsealed } from './sealed-space.ts'

interface Place {
  readonly address: string
  readonly prefix: string
}

type Fill = (place: Place) => Promise<void>

/** Makes one space like another, again and again. */
type MakeSpaces = (fill: Fill) => Promise<() => Promise<Place>>

const [k1, k2] = [Buffer.alloc(32, 1).toString('base64'), Buffer.alloc(32, 2).toString('base64')]
interface Encryption extends EncryptionOptions {
  readonly keys: Readonly<Record<string, string>>
}
const first: Encryption = { keys: { k1 }, current: 'k1' }
const both: Encryption = { keys: { k1, k2 }, current: 'k2' }
const last: Encryption = { keys: { k2 }, current: 'k2' }
const boss = { id: 'boss', role: 'head', clearance: { level: 'confidential' } } as const

async function onStore<Result>({ address, prefix }: Place, work: (store: Store) => Promise<Result>): Promise<Result> {
  await using store = await driverAt(address, prefix).open('default', 'writer')
  return await work(store)
}

async function seal({ address, prefix }: Place, encryption: Encryption): Promise<void> {
  await using memory = await openMemory({ store: driverAt(address, prefix), encryption, auditKeepMs: 0 })
  await memory.reseal()
}

/** Opens a space, which is all that it takes to have the work finished. */
async function openUntilSealed({ address, prefix }: Place, encryption: Encryption, told: string): Promise<void> {
  await using _ = await openMemory({ store: driverAt(address, prefix), encryption, auditKeepMs: 0 })
  await onStore({ address, prefix }, (store) =>
    expect
      .poll(() => unsealed(store, encryption.current), { message: told, timeout: 60_000, interval: 10 })
      .toEqual([]),
  )
}

/** A space with records of every kind, of which nothing is sealed. */
async function fillPlain(place: Place): Promise<void> {
  await onStore(place, async (store) => {
    await store.write(plainRecords('early'))
    await putPlainObjects(store, 'early')
  })
}

/** A space that an earlier version has sealed with the first key, and where others have written plain records since. */
async function fillSealed(place: Place): Promise<void> {
  await fillPlain(place)
  await seal(place, first)
  await onStore(place, async (store) => {
    const key = { collection: 'settings', id: 'sealed' } as const
    const [state] = await store.read([key])
    const { current, from } = JSON.parse(state?.value ?? '') as { current: string; from: string }
    const meta = { author: 'skein', tags: [], derivedFrom: [], sensitivity: 'public', compartments: [] } as const
    await store.write([{ type: 'set', key, value: JSON.stringify({ current, from }), meta }])
    await store.write(plainRecords('late'))
    await putPlainObjects(store, 'late')
  })
}

/** Resolves to what the process printed; `undefined` if it was killed. */
async function reseal({ address, prefix }: Place, encryption: Encryption, ...kill: string[]) {
  const script = join(import.meta.dirname, 'fixtures', 'resealing-process.ts')
  const SKEIN_KEYS = Object.entries(encryption.keys)
    .map(([id, key]) => `${id}=${key}`)
    .join(',')
  const env = { ...process.env, SKEIN_KEYS, SKEIN_CURRENT_KEY: encryption.current }
  const child = spawn(process.execPath, [script, address, prefix, ...kill], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let printed = ''
  child.stdout.on('data', (data: Buffer) => (printed += data.toString()))
  const signal = await new Promise((resolve) => child.on('close', (_, by) => resolve(by)))
  return signal === 'SIGKILL' ? undefined : printed.trim()
}

const corruptions = async ({ address, prefix }: Place, encryption: Encryption) =>
  (await inspectSpace({ store: driverAt(address, prefix), encryption })).corruptions

/** What is readable, as long as nobody seals the rest. */
async function contents({ address, prefix }: Place, encryption: Encryption): Promise<unknown> {
  const options = { encryption, auditKeepMs: 0, sealsSpace: false }
  await using memory = await openMemory({ store: driverAt(address, prefix), ...options })
  const { objects, records } = memory.as(boss)
  const listed = await Promise.all(
    collectionsWith('shown').map(async (collection) => (await records.list({ collection, limit: 100 })).items),
  )
  const all = listed.flat().toSorted((a, b) => (a.id < b.id ? -1 : 1))
  return {
    records: all.map(({ collection, id, value }) => [collection, id, value]),
    objects: await Promise.all(
      all
        .filter(({ collection }) => collection === 'objects')
        .map(({ id }) => objects.get({ id, size: 0, mediaType: 'text/plain' })),
    ),
  }
}

type Moment = 'before' | 'after'

/** Of how many writes one is killed at each moment. */
type Kills = Readonly<Partial<Record<Moment, number>>>

async function killAtEveryWrite(next: () => Promise<Place>, encryption: Encryption, kills: Kills): Promise<number> {
  const counting = await next()
  const before = await onStore(counting, plainSecrets)
  expect(before.size).toBeGreaterThan(10)
  const writes = Number(await reseal(counting, encryption))
  const expected = await contents(counting, encryption)
  for (let number = 1; number <= writes; number += 1) {
    for (const [when, every] of Object.entries(kills)) {
      if (number % every > 0 && number < writes) continue
      const place = await next()
      const printed = await reseal(place, encryption, when, `${number}`)
      const told = `killed ${when} write ${number} of ${writes}`
      // Concurrent writes may come in another order, but there are as many.
      expect(printed, told).toBeUndefined()
      expect(await contents(place, encryption), told).toEqual(expected)
      const plain = await onStore(place, plainSecrets)
      expect(
        [...plain].filter((name) => !before.has(name)),
        told,
      ).toEqual([])
      await openUntilSealed(place, encryption, told)
      const alone = encryption === both ? last : encryption
      // On SQLite each inspection has a thread of its own: once is enough.
      if (number === writes || place.prefix !== '') expect(await corruptions(place, alone), told).toEqual([])
      expect(await contents(place, alone), told).toEqual(expected)
    }
  }
  return writes
}

const onSqlite: MakeSpaces = async (fill) => {
  const folder = mkdtempSync(join(tmpdir(), 'skein-kills-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const placeIn = (name: string): Place => ({ address: join(folder, name, 'flock.db'), prefix: '' })
  mkdirSync(join(folder, 'origin'))
  await fill(placeIn('origin'))
  let made = 0
  return async () => {
    cpSync(join(folder, 'origin'), join(folder, `${(made += 1)}`), { recursive: true })
    return placeIn(`${made}`)
  }
}

const onRedis: MakeSpaces = async (fill) => {
  const server = await startServer('--appendonly', 'no')
  onTestFinished(() => server.stop())
  let made = 0
  return async () => {
    const place = { address: server.url, prefix: `${(made += 1)}:` }
    await fill(place)
    return place
  }
}

describe.for([
  // Before a write it is as after the one before, but where several are under way.
  ['SQLite', undefined, onSqlite, { before: 4, after: 1 }],
  // The steps are those that SQLite has shown.
  ['Redis', missing, onRedis, { after: 3 }],
] as const)('on %s', ([, isMissing, makeSpaces, kills]) => {
  it.skipIf(isMissing)('the first sealing can be killed at any write', { timeout: 600_000 }, async () => {
    expect(await killAtEveryWrite(await makeSpaces(fillPlain), first, kills)).toBeGreaterThan(15)
  })

  it.skipIf(isMissing)('a rotation can be killed at any write', { timeout: 900_000 }, async () => {
    expect(await killAtEveryWrite(await makeSpaces(fillSealed), both, kills)).toBeGreaterThan(30)
  })
})
