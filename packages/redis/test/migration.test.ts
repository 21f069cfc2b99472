import { inProcessBus, openMemory } from '@skein/memory'
import type { Memory, MemoryOptions } from '@skein/memory'
import { collections, compareNames } from '@skein/memory/store'
import type { Collection, Corruption, Mutation, RecordKey, Store } from '@skein/memory/store'
import { migrateSpaces, redisStore } from '@skein/redis'
import type { MigrationProgress } from '@skein/redis'
import { describe, expect, it, onTestFinished } from 'vitest'

import { currentFormat } from '../src/records/row-format.ts'
import { fixtureKeys, formerSpaces, rowsIn, startFormat3, unchanged } from './format-3.ts'
import { missing } from './redis-server.ts'

type Space = keyof typeof formerSpaces
const spaces = Object.keys(formerSpaces) as Space[]
const format = `${currentFormat}`
const newer = `${currentFormat + 1}`
const clearance = { level: 'confidential', compartments: ['finance'] } as const
const task = 'deal/7 – Zoë, 100 %'
const meta = { author: 'ann', tags: ['new'], derivedFrom: [], sensitivity: 'public', compartments: [] } as const
const fact = (id: string): RecordKey => ({ collection: 'facts', id })
const isMarked = ([, row]: readonly [string, string]): boolean => row.startsWith(`v${currentFormat} `)

const rowCount = (space: Space): number =>
  Object.values(formerSpaces[space].rows).reduce((sum, count) => sum + count, 0)

/** All records that the code of format 3 read and that have not expired since. */
function formerRecords(space: Space, now: number): unknown[] {
  return Object.values(formerSpaces[space].records)
    .flat()
    .filter(({ expiresAt }) => expiresAt === undefined || expiresAt > now)
}

async function recordsIn(store: Store): Promise<unknown[]> {
  const names = (Object.keys(collections) as Collection[]).toSorted()
  const pages = await Promise.all(names.map((collection) => store.query({ collection, order: 'oldest', limit: 1_000 })))
  return pages.flatMap(({ records }) => records)
}

/** The ids of a space's facts, as the list by name gives them. */
async function factsByName(store: Store): Promise<string[]> {
  const { records } = await store.list({ collection: 'facts', prefix: '', limit: 1_000 })
  return records.map(({ id }) => id)
}

function formerFacts(space: Space, now: number): string[] {
  const facts = (formerSpaces[space].records.facts ?? []).filter(({ expiresAt = Infinity }) => expiresAt > now)
  return facts.map(({ id }) => id).toSorted(compareNames)
}

async function open(url: string, space: Space, role: 'writer' | 'reader' = 'writer'): Promise<Store> {
  const store = await redisStore(url).open(space, role)
  onTestFinished(() => store[Symbol.asyncDispose]())
  return store
}

async function openAll(url: string): Promise<Record<'default' | 'sealed' | 'federated', Memory>> {
  const openOne = async (space: Space, options: Partial<MemoryOptions> = {}): Promise<Memory> => {
    const memory = await openMemory({ store: redisStore(url), space, ...options })
    onTestFinished(() => memory.close())
    return memory
  }
  return {
    default: await openOne('default'),
    sealed: await openOne('sealed', { encryption: { keys: fixtureKeys, current: 'k1' } }),
    federated: await openOne('federated', {
      architecture: 'federated',
      federation: { node: 'a', bus: inProcessBus() },
    }),
  }
}

describe.skipIf(missing)(`A space of format 3${missing ? ` (${missing})` : ''}`, () => {
  it.each(spaces)('holds what its writer read, and reading changes nothing: %s', async (space) => {
    const { url, admin } = await startFormat3()
    const before = await rowsIn(admin, space)
    const store = await open(url, space, 'reader')
    expect(before.some(isMarked)).toBe(false)
    expect(await recordsIn(store)).toEqual(formerRecords(space, store.now()))
    expect(await factsByName(store)).toEqual(formerFacts(space, store.now()))
    const { changes, last } = formerSpaces[space]
    expect(await store.changes(0, 10_000)).toMatchObject({ changes, last, trimmed: false })
    expect(await Array.fromAsync(store.verify())).toEqual([])
    expect(await rowsIn(admin, space)).toEqual(before)
    expect(await admin.hmget(`{skein:${space}}:meta`, 'format', 'oldestFormat')).toEqual([null, null])
  })

  it('is opened for writing as it is, as a space that may hold rows of both formats', async () => {
    const { url, admin } = await startFormat3()
    const before = await rowsIn(admin, 'odd')
    const incarnation = await admin.hget('{skein:odd}:meta', 'incarnation')
    await open(url, 'odd')
    expect(await rowsIn(admin, 'odd')).toEqual(before)
    expect(await admin.hmget('{skein:odd}:meta', 'format', 'oldestFormat', 'incarnation')).toEqual([
      format,
      null,
      incarnation,
    ])
  })

  it('decides about its old rows as about new ones, and rewrites those that it touches', async () => {
    const { url, admin } = await startFormat3()
    const store = await open(url, 'odd')
    const write = (...batch: Mutation[]) => store.write(batch)
    const set = (id: string, more: Partial<Mutation> = {}): Mutation =>
      ({ type: 'set', key: fact(id), value: '2', meta, ...more }) as Mutation
    const over = { level: 'internal', compartments: ['a+b'] } as const
    const [old] = await store.read([fact('-')])
    expect(old).toMatchObject({ value: '"another form"', version: 1 })

    expect(await write(set('-', { ifVersion: 2 }))).toMatchObject({
      refusal: { reason: 'version', current: old },
    })
    expect(await write(set('-', { over }))).toMatchObject({ refusal: { reason: 'label', current: old } })
    expect(await write(set('new', { guard: { key: fact('-'), version: 2 } }))).toMatchObject({
      refusal: { reason: 'guard', current: old },
    })
    // Deleted, and swept.
    expect(await write(set('new', { guard: { key: fact('='), version: 2 } }))).toMatchObject({
      refusal: { reason: 'guard', current: undefined },
    })
    expect((await rowsIn(admin, 'odd')).some(isMarked)).toBe(false)

    expect(await write(set('new', { guard: { key: fact('-'), version: 1 } }))).toMatchObject({
      // Above the floor that the sweep of a deleted one left.
      written: [{ version: 3 }],
    })
    expect(
      await write(set('-', { ifVersion: 1, over: { level: 'confidential', compartments: ['fin ance', 'a+b'] } })),
    ).toMatchObject({ written: [{ version: 2, createdAt: old?.createdAt }] })
    expect(await write(set('=', { ifVersion: 0 }))).toMatchObject({ written: [{ version: 3 }] })
    const kept = await store.read([fact('%41'), fact('𝒳🦆')])
    expect(await write({ type: 'touch', key: fact('%41'), ifVersion: 1, ttlMs: 60_000 })).toMatchObject({ ok: true })
    expect(await write({ type: 'reseal', key: fact('𝒳🦆'), ifVersion: 1, value: '"other"' })).toMatchObject({
      ok: true,
    })
    expect(await write({ type: 'delete', key: fact('\0'), author: 'ann', ifVersion: 1 })).toMatchObject({ ok: true })

    expect(await store.read(['%41', '𝒳🦆', '\0'].map(fact))).toEqual([
      { ...kept[0], expiresAt: expect.any(Number) },
      { ...kept[1], value: '"other"' },
      undefined,
    ])
    const listed = async (tag: string): Promise<string[]> => {
      const { records } = await store.query({ collection: 'facts', tags: [tag], order: 'oldest', limit: 100 })
      return records.map(({ id }) => id)
    }
    expect(await listed('new')).toEqual(['new', '-', '='])
    expect(await listed('a,b')).not.toContain('-')
    expect(await listed('a,b')).toContain('%41')
    expect((await rowsIn(admin, 'odd')).filter(isMarked).map(([key]) => key)).toEqual(
      ['-', '=', '%41', '𝒳🦆', '\0', 'new'].map((id) => `facts/${id}`).toSorted(),
    )
    expect(await Array.fromAsync(store.verify())).toEqual([])
  })

  it('is swept, with floors that no version goes below', async () => {
    const { url } = await startFormat3()
    const store = await open(url, 'default')
    const absent = await store.read([fact('gone'), fact('brief')])
    expect(absent).toEqual([undefined, undefined])
    expect(await store.sweep(1_000)).toBeGreaterThanOrEqual(3)
    const commit = await store.write([{ type: 'set', key: fact('gone'), value: '1', meta, ifVersion: 0 }])
    expect(commit).toMatchObject({ written: [{ version: 3 }] })
  })

  it('goes on as a memory: sealed or not, in a federation or alone', async () => {
    const { url } = await startFormat3()
    const memories = await openAll(url)
    for (const memory of Object.values(memories)) {
      const ann = memory.as({ id: 'ann', role: 'sales' })
      const fay = memory.as({ id: 'fay b/ß', role: 'finance', clearance })
      const auditor = memory.as({ id: 'eve', role: 'x', clearance, rights: ['audit', 'administer'] })

      expect(await ann.facts.read('price')).toMatchObject({ value: { low: 12, high: 12 }, version: 3, task })
      expect(await ann.facts.get('hidden')).toBeUndefined()
      expect(await fay.facts.get('hidden')).toBe('XANADU')
      expect(await ann.facts.set('price', 1, { ifVersion: 3 })).toMatchObject({ version: 4 })
      await ann.observations.log({ task, value: 'Acme raised its prices again' })
      const found = await ann.observations.search('raised prices', { limit: 20 })
      expect(found).toHaveLength(6)
      // No index may hold what is sealed.
      expect(await fay.observations.search('XANADU')).toHaveLength(memory === memories.sealed ? 0 : 1)
      expect((await ann.observations.list({ task: 'deal/8' })).items[0]?.derivedFrom).toHaveLength(1)
      expect(await ann.once('gist/v1', () => 'again')).toMatchObject({ value: { gist: 'first' }, reused: true })
      expect((await ann.escalations.list({})).map(({ state }) => state).toSorted()).toEqual(['answered', 'open'])
      // Under a fence above the one of the claim that ended.
      expect((await ann.claims.claim('task/ended'))?.fence).toBeGreaterThan(1)
      expect(await ann.agents.mail({})).toMatchObject([{ message: { hello: 1 } }])
      expect(await Array.fromAsync(auditor.verify())).toEqual([])
      expect(await Array.fromAsync(auditor.audit.entries({}))).not.toEqual([])
    }
  })

  it('is sealed with a new key row by row', async () => {
    const { url } = await startFormat3()
    const k2 = Buffer.alloc(32, 2)
    await using memory = await openMemory({
      store: redisStore(url),
      space: 'sealed',
      encryption: { keys: { ...fixtureKeys, k2 }, current: 'k2' },
    })
    await memory.reseal()
    await memory.close()
    await using again = await openMemory({
      store: redisStore(url),
      space: 'sealed',
      encryption: { keys: { k2 }, current: 'k2' },
    })
    expect(await again.as({ id: 'fay', role: 'r', clearance }).facts.read('hidden')).toMatchObject({
      value: 'XANADU',
      version: formerSpaces.sealed.records.facts?.find(({ id }) => id === 'hidden')?.version,
    })
  })

  it('reports its damaged rows, and keeps them', async () => {
    const { url, admin } = await startFormat3()
    const rows = '{skein:odd}:r:facts'
    const row = (await admin.hget(rows, '-')) ?? ''
    const torn = row.replace('another', 'one more')
    await admin.hset(rows, '-', torn)
    const store = await open(url, 'odd')
    await expect(store.read([fact('-')])).rejects.toMatchObject({ code: 'SKEIN_CORRUPT' })
    const [migration] = await migrateSpaces(url, { space: 'odd' })
    const corruption: Corruption = {
      kind: 'record',
      collection: 'facts',
      id: '-',
      problem: 'Its checksum does not match.',
      raw: torn,
    }
    expect(migration).toEqual({
      space: 'odd',
      rows: rowCount('odd'),
      migrated: rowCount('odd') - 1,
      damaged: [corruption],
    })
    expect(await Array.fromAsync(store.verify())).toEqual([corruption])
    expect(await admin.hget(rows, '-')).toBe(torn)
    // It may still hold a row of format 3.
    expect(await admin.hget('{skein:odd}:meta', 'oldestFormat')).toBeNull()
    await admin.hset(rows, '-', row)
    expect(await migrateSpaces(url, { space: 'odd' })).toMatchObject([{ migrated: 1, damaged: [] }])
    expect(await admin.hget('{skein:odd}:meta', 'oldestFormat')).toBe(format)
  })
})

describe.skipIf(missing)(`A migration${missing ? ` (${missing})` : ''}`, () => {
  it('gives each row its format and changes nothing else, once', async () => {
    const { url, admin } = await startFormat3()
    const before = await Promise.all(spaces.map((space) => rowsIn(admin, space)))
    const seen: MigrationProgress[] = []
    const report = await migrateSpaces(url, { onProgress: (progress) => seen.push(progress) })
    const whole = spaces.toSorted().map((space) => ({ space, rows: rowCount(space) }))
    expect(report).toEqual(whole.map((each) => ({ ...each, migrated: each.rows, damaged: [] })))
    for (const each of whole) {
      const steps = seen.filter(({ space }) => space === each.space)
      expect(steps.at(-1)).toEqual({ ...each, checked: each.rows, migrated: each.rows })
    }
    for (const [index, space] of spaces.entries()) {
      const rows = await rowsIn(admin, space)
      expect(rows.map(unchanged)).toEqual(before[index]?.map(unchanged))
      expect(rows.every(isMarked)).toBe(true)
      expect(await admin.hmget(`{skein:${space}}:meta`, 'format', 'oldestFormat')).toEqual([format, format])
      const store = await open(url, space)
      expect(await recordsIn(store)).toEqual(formerRecords(space, store.now()))
      expect(await factsByName(store)).toEqual(formerFacts(space, store.now()))
      const { changes, last } = formerSpaces[space]
      expect(await store.changes(0, 10_000)).toMatchObject({ changes, last })
      expect(await Array.fromAsync(store.verify())).toEqual([])
    }
    expect(await migrateSpaces(url)).toEqual(report.map((each) => ({ ...each, migrated: 0 })))
  })

  it('moves one space alone, and knows only spaces that there are', async () => {
    const { url, admin } = await startFormat3()
    expect(await migrateSpaces({ url }, { space: 'odd' })).toMatchObject([{ space: 'odd', migrated: rowCount('odd') }])
    expect((await rowsIn(admin, 'default')).some(isMarked)).toBe(false)
    const unknown = migrateSpaces(url, { space: 'other' })
    await expect(unknown).rejects.toMatchObject({ code: 'SKEIN_STORE', message: expect.stringContaining('default, ') })
    expect(await redisStore(url).spaces()).not.toContain('other')
  })

  it('can be interrupted, and goes on when it is run again', async () => {
    const { url, admin } = await startFormat3()
    const controller = new AbortController()
    const reason = new Error('Enough for today.')
    const onProgress = ({ migrated }: MigrationProgress): void => {
      if (migrated > 0) controller.abort(reason)
    }
    await expect(migrateSpaces(url, { space: 'odd', onProgress, signal: controller.signal })).rejects.toBe(reason)
    await expect(migrateSpaces(url, { signal: controller.signal })).rejects.toBe(reason)
    const moved = (await rowsIn(admin, 'odd')).filter(isMarked).length
    expect(moved).toBeGreaterThan(0)
    expect(moved).toBeLessThan(rowCount('odd'))
    expect(await admin.hget('{skein:odd}:meta', 'oldestFormat')).toBeNull()
    expect(await migrateSpaces(url, { space: 'odd' })).toMatchObject([{ migrated: rowCount('odd') - moved }])
    expect((await rowsIn(admin, 'odd')).every(isMarked)).toBe(true)
  })

  it('takes nothing from agents that write meanwhile', async () => {
    const { url, admin } = await startFormat3()
    const store = await open(url, 'odd')
    const ids = Array.from({ length: 40 }, (_, n) => `o${n}`)
    const versions = new Map(ids.map((id) => [id, 1]))
    let isOver = false
    const writing = (async () => {
      for (let round = 0; !isOver || round < 3; round += 1) {
        await Promise.all(
          ids.map(async (id) => {
            const key = { collection: 'observations', id } as const
            const ifVersion = versions.get(id) ?? 0
            const commit = await store.write([{ type: 'set', key, value: `"${round}"`, meta, ifVersion }])
            expect(commit).toMatchObject({ ok: true })
            versions.set(id, ifVersion + 1)
          }),
        )
      }
    })()
    await migrateSpaces(url)
    isOver = true
    await writing
    const { records } = await store.query({ collection: 'observations', order: 'oldest', limit: 100 })
    expect(new Map(records.map(({ id, version }) => [id, version]))).toEqual(versions)
    expect((await rowsIn(admin, 'odd')).every(isMarked)).toBe(true)
    const { changes } = await store.changes(formerSpaces.odd.last, 100_000)
    expect(changes).toHaveLength(records.reduce((sum, { version }) => sum + version - 1, 0))
  })
})

describe.skipIf(missing)(`A newer format${missing ? ` (${missing})` : ''}`, () => {
  it('of a space is refused by writers, readers and migrations, which change nothing', async () => {
    const { url, admin } = await startFormat3()
    await admin.hset('{skein:odd}:meta', 'format', newer)
    const before = await Promise.all([rowsIn(admin, 'odd'), admin.hgetall('{skein:odd}:meta')])
    const refusal = { code: 'SKEIN_STORE_FORMAT', message: expect.stringContaining(`format ${newer}`) }
    await expect(redisStore(url).open('odd', 'writer')).rejects.toMatchObject(refusal)
    await expect(redisStore(url).open('odd', 'reader')).rejects.toMatchObject(refusal)
    await expect(migrateSpaces(url, { space: 'odd' })).rejects.toMatchObject(refusal)
    expect(await Promise.all([rowsIn(admin, 'odd'), admin.hgetall('{skein:odd}:meta')])).toEqual(before)
    await open(url, 'default')
  })

  it('of a row, which a newer process wrote meanwhile, is refused and kept', async () => {
    const { url, admin } = await startFormat3()
    const store = await open(url, 'odd')
    const rows = '{skein:odd}:r:facts'
    await store.write([{ type: 'set', key: fact('k'), value: '1', meta, ttlMs: 1 }])
    const row = (await admin.hget(rows, 'k'))?.replace(`v${format}`, `v${newer}`) ?? ''
    await admin.hset(rows, 'k', row)
    const refusal = { code: 'SKEIN_STORE_FORMAT', message: expect.stringContaining(`facts/k has format ${newer}`) }
    await expect(store.read([fact('k')])).rejects.toMatchObject(refusal)
    await expect(store.query({ collection: 'facts', order: 'newest', limit: 10 })).rejects.toMatchObject(refusal)
    await expect(store.write([{ type: 'set', key: fact('k'), value: '2', meta }])).rejects.toMatchObject(refusal)
    const guard = { key: fact('k'), version: 1 }
    await expect(store.write([{ type: 'set', key: fact('l'), value: '2', meta, guard }])).rejects.toMatchObject(refusal)
    // It neither goes nor hides what has expired behind it.
    await store.write([{ type: 'set', key: fact('old'), value: '1', meta, ttlMs: 1 }])
    await expect.poll(() => store.sweep(1)).toBe(1)
    expect(await admin.hget(rows, 'old')).toBeNull()
    expect(await store.sweep(1)).toBe(0)
    expect(await Array.fromAsync(store.verify())).toMatchObject([{ id: 'k', problem: refusal.message, raw: row }])
    expect(await admin.hget(rows, 'k')).toBe(row)
  })

  it('is no news to a new space, which is wholly of the current one', async () => {
    const { url, admin } = await startFormat3()
    await admin.flushall()
    const marks = (): Promise<unknown> => admin.hmget('{skein:odd}:meta', 'format', 'oldestFormat')
    const store = await open(url, 'odd')
    expect(await marks()).toEqual([format, format])
    // Also when the server loses its data under an open store.
    await admin.flushall()
    await store.write([{ type: 'set', key: fact('k'), value: '1', meta }])
    expect(await marks()).toEqual([format, format])
    expect(await migrateSpaces(url)).toEqual([{ space: 'odd', rows: 1, migrated: 0, damaged: [] }])
  })
})
