import { execFileSync } from 'node:child_process'

import { openMemory } from '@skein/memory'
import type { Commit, Mutation, Store } from '@skein/memory/store'
import { redisStore } from '@skein/redis'
import { Redis } from 'ioredis'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'

import { missing, startServer } from './redis-server.ts'

/** Reads and writes of one turn go to the server together, and each is answered for itself. */
describe.skipIf(missing)(`Reads and writes of one turn${missing ? ` (${missing})` : ''}`, async () => {
  const server = missing ? undefined : await startServer('--appendfsync', 'no')
  const url = server?.url ?? ''
  const admin = new Redis(url, { lazyConnect: true })
  let made = 0
  let prefix = ''
  beforeEach(() => void (prefix = `skein-${(made += 1)}:`))
  afterAll(async () => {
    admin.disconnect()
    await server?.stop()
  })

  const open = (maxChanges = 1_000): Promise<Store> => redisStore({ url, prefix, maxChanges }).open('default', 'writer')
  const set = (id: string, value: unknown, more: Partial<Mutation> = {}): Mutation[] => {
    const meta = { author: 'ann', tags: ['t'], derivedFrom: [], sensitivity: 'public', compartments: [] } as const
    const key = { collection: 'facts', id } as const
    return [{ type: 'set', key, value: JSON.stringify(value), meta, ...more } as Mutation]
  }
  const callsOf = async (command: string): Promise<number> => {
    const found = new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(await admin.info('commandstats'))
    return Number(found?.[1] ?? 0)
  }

  it('are few commands', async () => {
    await using store = await open()
    await store.write(set('warm', 1))
    await admin.config('RESETSTAT')
    await Promise.all(Array.from({ length: 40 }, (_, n) => store.write(set(`k${n}`, n))))
    expect([await callsOf('evalsha'), await callsOf('xadd'), await callsOf('publish')]).toEqual([1, 1, 1])
    const read = await Promise.all(
      Array.from({ length: 40 }, (_, n) => store.read([{ collection: 'facts', id: `k${n}` }])),
    )
    expect(read.map(([record]) => record?.value)).toEqual(Array.from({ length: 40 }, (_, n) => `${n}`))
    expect(await callsOf('hmget')).toBe(1)
  })

  it('are sent apart when they are large', async () => {
    await using store = await open()
    const large = 'x'.repeat(5_000_000)
    await store.write(set('warm', 1))
    await admin.config('RESETSTAT')
    await Promise.all(Array.from({ length: 4 }, (_, n) => store.write(set(`k${n}`, large))))
    expect(await callsOf('evalsha')).toBe(4)
  })

  it('are under way before their turn ends when they are many', async () => {
    await using memory = await openMemory({ store: redisStore({ url, prefix }) })
    const { facts } = memory.as({ id: 'ann', role: 'test' })
    await facts.set('warm', 1)
    await admin.config('RESETSTAT')
    const sets = Array.from({ length: 64 }, (_, n) => facts.set(`k${n}`, 'x'.repeat(400)))
    // This process waits in its turn for the other one, which sees what the server does meanwhile.
    const seen = execFileSync(process.execPath, ['--input-type=module', '--eval', watchWrites(url)], {
      encoding: 'utf8',
    })
    expect(Number(seen)).toBeGreaterThan(1)
    await Promise.all(sets)
  })

  it('succeed and fail apart', async () => {
    await using store = await open()
    await Promise.all([store.write(set('damaged', 1)), store.write(set('there', 1))])
    await admin.hset(`{${prefix}default}:r:facts`, 'damaged', 'nonsense')
    const answers = await Promise.allSettled([
      store.write(set('a', 1)),
      store.write(set('there', 2, { ifVersion: 0 })),
      store.write(set('damaged', 2)),
      store.write([...set('b', 1), ...set('there', 3, { ifVersion: 7 })]),
      store.write([...set('c', 1), ...set('there', 4, { ifVersion: 1 })]),
      store.write(set('there', 5, { ifVersion: 1 })),
      store.write(set('there', 6, { ifVersion: 2 })),
    ])
    expect(answers).toMatchObject([
      { value: { ok: true, written: [{ version: 1, seq: 3 }] } },
      { value: { ok: false, refusal: { index: 0, reason: 'version', current: { version: 1 } } } },
      { reason: { code: 'SKEIN_CORRUPT' } },
      { value: { ok: false, refusal: { index: 1, reason: 'version' } } },
      {
        value: {
          ok: true,
          written: [
            { version: 1, seq: 4 },
            { version: 2, seq: 5 },
          ],
        },
      },
      { value: { ok: false, refusal: { index: 0, reason: 'version', current: { version: 2 } } } },
      { value: { ok: true, written: [{ version: 3, seq: 6 }] } },
    ])
    const page = await store.changes(0, 100)
    expect(page.last).toBe(6)
    expect(page.changes.map(({ seq, id, version }) => [seq, id, version])).toEqual([
      [1, 'damaged', 1],
      [2, 'there', 1],
      [3, 'a', 1],
      [4, 'c', 1],
      [5, 'there', 2],
      [6, 'there', 3],
    ])
    expect(await store.write(set('a', 2))).toMatchObject({ written: [{ seq: 7 }] })
  })

  it('are not affected by a damaged row, and leave it damaged', async () => {
    await using store = await open(100_000)
    const key = { collection: 'facts', id: 'd' } as const
    const rows = `{${prefix}default}:r:facts`
    const meta = { author: 'ann', task: 't', tags: ['x'], derivedFrom: [], sensitivity: 'internal' } as const
    await store.write(set('d', 1, { meta: { ...meta, compartments: ['c'] }, ttlMs: 600_000 } as Partial<Mutation>))
    const row = (await admin.hget(rows, 'd')) ?? ''
    const over = { level: 'confidential', compartments: ['c'] } as const
    const reading = (): Promise<unknown> => store.read([key]).catch(({ code }: { code?: string }) => code)
    let neighbours = 0
    const beside = async (...more: readonly (readonly Mutation[])[]): Promise<PromiseSettledResult<Commit>[]> => {
      const first = store.write(set('a', 1))
      const between = more.map((batch) => store.write(batch))
      const commits = [first, store.write([...set('b', 1), ...set('c', 1)])]
      const settled = await Promise.allSettled(between)
      neighbours += 1
      const version = neighbours
      const written = [[{ version }], [{ version }, { version }]]
      expect(await Promise.all(commits)).toMatchObject(written.map((each) => ({ ok: true, written: each })))
      return settled
    }

    const head = row.slice(0, row.indexOf('\n', row.indexOf('\n') + 1))
    expect(head.length).toBeGreaterThan(80)
    for (let at = 0; at < head.length; at += 1) {
      for (const other of ['1', '%', ' ', '+', '\n'].filter((one) => one !== row[at])) {
        const torn = row.slice(0, at) + other + row.slice(at + 1)
        await admin.hset(rows, 'd', torn)
        const kept = await beside(
          [{ type: 'delete', key, author: 'ann' }],
          [{ type: 'touch', key, ifVersion: 1, ttlMs: 600_000 }],
          set('guarded', 1, { guard: { key, version: 9 } }),
        )
        // It may look like one that was deleted or has expired.
        const written = kept.flatMap((one) => (one.status === 'fulfilled' && one.value.ok ? one.value.written : []))
        expect(written.filter(({ version }) => version > 0)).toEqual([])
        expect(await reading(), torn).toBe('SKEIN_CORRUPT')
        await beside(set('d', 2, { over }), set('d', 2))
      }
    }
    const { changes, last } = await store.changes(0, 100_000)
    expect(changes).toHaveLength(last)
  })

  it('refuse to reseal a record that is being written', async () => {
    await using store = await open()
    const key = { collection: 'facts', id: 'k' } as const
    const commits = await Promise.all([
      // It reads the record before the write that follows, and writes after it.
      store.write([{ type: 'reseal', key, ifVersion: 1, value: '"sealed"' }]),
      store.write(set('k', 1)),
    ])
    expect(commits).toMatchObject([{ ok: false, refusal: { reason: 'version' } }, { ok: true }])
    expect(await store.read([key])).toMatchObject([{ value: '1', tags: ['t'] }])
    expect(await store.write([{ type: 'reseal', key, ifVersion: 1, value: '"sealed"' }])).toMatchObject({ ok: true })
    expect(await store.read([key])).toMatchObject([{ value: '"sealed"', tags: ['t'], version: 1 }])
  })

  it('leave no record in an index that it left since', async () => {
    await using store = await open()
    const tagged = (tags: string[]): Partial<Mutation> => {
      const meta = { author: 'ann', tags, derivedFrom: [], sensitivity: 'public', compartments: [] } as const
      return { meta } as Partial<Mutation>
    }
    await Promise.all([
      store.write(set('k', 1, tagged(['red']))),
      store.write(set('k', 2, tagged(['blue']))),
      store.write(set('other', 1, tagged(['red']))),
      store.write(set('other', 2, tagged(['red', 'blue']))),
    ])
    const withTag = async (tag: string): Promise<string[]> => {
      const { records } = await store.query({ collection: 'facts', tags: [tag], order: 'oldest', limit: 10 })
      return records.map(({ id }) => id)
    }
    expect([await withTag('red'), await withTag('blue')]).toEqual([['other'], ['k', 'other']])
    expect(await admin.zcard(`{${prefix}default}:i:facts:g:red`)).toBe(1)
  })
})

/** A program that prints how many scripts of writes a server has run, as soon as there are several; 0 after a while. */
function watchWrites(url: string): string {
  return `import { connect } from 'node:net'
    const socket = connect(${new URL(url).port}, '127.0.0.1')
    const end = (calls) => { process.stdout.write(calls); process.exit() }
    setTimeout(() => end('0'), 10_000)
    let text = ''
    socket.on('connect', () => socket.write('INFO commandstats\\r\\n'))
    socket.on('data', (data) => {
      text += data
      if (!/\\r\\n\\r\\n$/.test(text) && !text.includes('cmdstat_config')) return
      const calls = /cmdstat_evalsha:calls=(\\d+)/.exec(text)?.[1]
      text = ''
      if (calls > 1) end(calls)
      else socket.write('INFO commandstats\\r\\n')
    })`
}
