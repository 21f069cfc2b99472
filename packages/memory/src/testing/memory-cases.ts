import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { VersionConflictError } from '../values/errors.ts'
import { openMemory } from '../open-memory.ts'
import type { Memory } from '../memory.ts'
import type { Architecture } from '../options.ts'
import type { StoreDriver } from '../store/store-driver.ts'
import type { StoreContractOptions } from './store-contract-options.ts'

const ann = { id: 'ann', role: 'research' }
const bob = { id: 'bob', role: 'sales' }

/** What the memory promises on any store, in each architecture. */
export function memoryCases(options: StoreContractOptions): void {
  describe.each<Architecture>(['hybrid', 'centralized'])('%s', (architecture) => {
    let driver: StoreDriver
    let memory: Memory

    beforeEach(async () => {
      driver = await options.create()
      memory = await openMemory({ store: driver, architecture })
    })
    afterEach(() => memory.close())

    describe('facts', () => {
      it('are read by everyone as soon as they are written', async () => {
        const { facts } = memory.as(ann)
        expect(await facts.get('k')).toBeUndefined()
        const fact = await facts.set('k', { n: 1 }, { tags: ['x'], task: 't' })
        expect(fact).toMatchObject({ key: 'k', value: { n: 1 }, version: 1, author: 'ann', tags: ['x'], task: 't' })
        expect(await memory.as(bob).facts.get('k')).toEqual({ n: 1 })
        await memory.as(bob).facts.set('k', { n: 2 })
        expect(await facts.read('k')).toMatchObject({ version: 2, author: 'bob', value: { n: 2 } })
        await facts.delete('k')
        expect(await facts.get('k')).toBeUndefined()
      })

      it('tell a conflict with both versions', async () => {
        const { facts } = memory.as(ann)
        const first = await facts.set('k', 1)
        await memory.as(bob).facts.set('k', 2)
        const refused = facts.set('k', 3, { ifVersion: first.version })
        await expect(refused).rejects.toBeInstanceOf(VersionConflictError)
        await expect(refused).rejects.toMatchObject({
          code: 'SKEIN_VERSION_CONFLICT',
          key: 'k',
          expected: 1,
          current: { version: 2, value: 2, author: 'bob' },
        })
        await expect(facts.set('k', 3, { ifVersion: 0 })).rejects.toMatchObject({ expected: 0 })
        await expect(facts.set('new', 3, { ifVersion: 4 })).rejects.toMatchObject({ expected: 4, current: undefined })
      })

      it('count 50 after 50 concurrent updates, from two memories', async () => {
        const other = await openMemory({ store: (await options.reopen?.()) ?? driver, architecture })
        const [mine, theirs] = [memory.as(ann), other.as(bob)]
        await Promise.all(
          Array.from({ length: 50 }, (_, index) =>
            (index % 2 ? mine : theirs).facts.update<number>('n', (n = 0) => n + 1),
          ),
        )
        expect(await memory.as(ann).facts.read('n', { consistency: 'strong' })).toMatchObject({
          value: 50,
          version: 50,
        })
        await other.close()
      })

      it('can be changed by whoever read them without anyone else seeing it', async () => {
        const { facts } = memory.as(ann)
        const input = { list: [1] }
        await facts.set('k', input)
        input.list.push(2)
        const mine = await facts.read<{ list: number[] }>('k')
        mine?.value.list.push(3)
        const shared = (await facts.get('k')) as { list: number[] }
        expect(() => shared.list.push(4)).toThrow(TypeError)
        await facts.update<{ list: number[] }>('other', () => shared)
        expect(await memory.as(bob).facts.get('k')).toEqual({ list: [1] })
        expect(facts.peek('k')).toEqual(architecture === 'hybrid' ? { list: [1] } : undefined)
      })

      it('keep a value exactly or refuse it', async () => {
        const { facts } = memory.as(ann)
        const odd = JSON.parse('{"__proto__": {"x": 1}, "": [null, true, -1.5e300, "\\ud800 \\u0000 😀"]}') as object
        await facts.set('odd', odd)
        const back = (await facts.read<object>('odd'))?.value
        expect(JSON.stringify(back)).toBe(JSON.stringify(odd))
        const cycle: { self?: unknown } = {}
        cycle.self = cycle
        for (const bad of [
          undefined,
          () => {},
          1n,
          Number.NaN,
          new Date(),
          new Map(),
          cycle,
          [undefined],
          { a: new Set() },
          Symbol('x'),
        ]) {
          await expect(facts.set('bad', bad)).rejects.toMatchObject({ code: 'SKEIN_VALUE' })
        }
        await expect(facts.set('bad', { a: { b: [1, new Date()] } })).rejects.toThrow('$.a.b[1]')
        expect(await facts.get('bad')).toBeUndefined()
      })

      it('keep keys apart that look alike when joined', async () => {
        const { facts } = memory.as(ann)
        const keys = [JSON.stringify(['x', 'y:z']), JSON.stringify(['x:y', 'z']), 'tenant/acme', 'tenant/acme-corp']
        for (const key of keys) await facts.set(key, key)
        for (const key of keys) expect(await facts.get(key)).toBe(key)
      })

      it('expire', async () => {
        const view = memory.as(ann)
        const { facts } = view
        const fact = await facts.set('k', 1, { ttlMs: 200 })
        expect(await facts.get('k')).toBe(1)
        while (view.now() < (fact.expiresAt ?? 0)) await new Promise((resolve) => setImmediate(resolve))
        expect([facts.peek('k'), await facts.get('k')]).toEqual([undefined, undefined])
      })

      it('are invisible above a clearance', async () => {
        const boss = memory.as({
          id: 'boss',
          role: 'boss',
          clearance: { level: 'confidential', compartments: ['finance'] },
        })
        await boss.facts.set('secret', 1, { sensitivity: 'confidential' })
        await boss.facts.set('money', 1, { compartments: ['finance'] })
        expect(await boss.facts.get('secret')).toBe(1)
        const { facts } = memory.as({ ...ann, clearance: { level: 'internal' } })
        for (const key of ['secret', 'money']) {
          expect([await facts.get(key), facts.peek(key), await facts.read(key)]).toEqual([
            undefined,
            undefined,
            undefined,
          ])
        }
        await expect(facts.set('x', 1, { sensitivity: 'confidential' })).rejects.toMatchObject({ code: 'SKEIN_ACCESS' })
      })

      it.skipIf(!options.reopen)('see what another process wrote, and drop their copy of it', async () => {
        const other = await openMemory({ store: (await options.reopen?.()) as StoreDriver, architecture })
        const { facts } = memory.as(ann)
        await facts.set('k', 1)
        expect(await facts.get('k')).toBe(1)
        const told = memory.as(ann).watch('facts/k')[Symbol.asyncIterator]()
        const next = told.next()
        await other.as(bob).facts.set('k', 2)
        expect((await next).value).toMatchObject({ version: 2, author: 'bob' })
        expect(await facts.get('k')).toBe(2)
        await told.return?.()
        await other.close()
      })
    })

    describe('observations and decisions', () => {
      it('are listed newest first, page by page, by any mix of filters', async () => {
        const { observations } = memory.as(ann)
        for (const n of [1, 2, 3]) await observations.log({ task: 't1', value: { n }, tags: ['a'], importance: 0.5 })
        await memory.as(bob).observations.log({ task: 't1', value: 'by bob' })
        const first = await observations.list({ task: 't1', limit: 3 })
        expect(first.items.map(({ value }) => value)).toEqual(['by bob', { n: 3 }, { n: 2 }])
        const rest = await observations.list({ task: 't1', limit: 3, cursor: first.cursor ?? '' })
        expect(rest).toMatchObject({ items: [{ value: { n: 1 }, author: 'ann', importance: 0.5 }] })
        expect(rest.cursor).toBeUndefined()
        expect((await observations.list({ notAuthor: 'ann' })).items).toHaveLength(1)
        expect((await observations.list({ tags: ['a'], task: 'none' })).items).toEqual([])
      })

      it('are found by words, with the place that matched', async () => {
        const { observations } = memory.as(ann)
        await observations.log({
          task: 't1',
          value: { title: 'News', body: `${'x '.repeat(200)}Acme raises its prices` },
        })
        await observations.log({ task: 't2', value: 'Acme again' })
        const hits = await observations.search('price rise at Acme', { task: 't1' })
        expect(hits).toHaveLength(1)
        expect(hits[0]?.snippet).toContain('Acme raises its prices')
        expect(hits[0]?.snippet.length).toBeLessThan(180)
      })

      it('keep decisions with their reasons', async () => {
        const { decisions } = memory.as(ann)
        await decisions.record({ task: 't1', decision: { go: true }, reasoning: 'it pays' })
        expect((await memory.as(bob).decisions.list({ task: 't1', author: 'ann' })).items).toMatchObject([
          { value: { decision: { go: true }, reasoning: 'it pays' }, author: 'ann' },
        ])
      })

      it.each([
        [{ limit: 0 }, 'limit'],
        [{ limit: 5_000 }, 'limit'],
        [{ cursor: 'x' }, 'cursor'],
        [{ tags: [''] }, 'tags'],
      ])('refuse the filter %j by name', async (filter, option) => {
        await expect(memory.as(ann).observations.list(filter)).rejects.toMatchObject({ code: 'SKEIN_OPTION', option })
      })
    })

    describe('objects', () => {
      it('keep text, data and bytes under the hash of their content', async () => {
        const { objects } = memory.as(ann)
        const text = await objects.put('naïve 😀')
        expect(text).toEqual({ id: expect.stringMatching(/^[\da-f]{64}$/), size: 11, mediaType: 'text/plain' })
        expect(await objects.get(text)).toBe('naïve 😀')
        const data = await objects.put({ a: [1] })
        expect(await objects.get(data)).toEqual({ a: [1] })
        const bytes = new Uint8Array([1, 2, 3])
        const ref = await objects.put(bytes)
        bytes[0] = 9
        expect([...(await objects.bytes(ref))]).toEqual([1, 2, 3])
        expect(await memory.as(bob).objects.put('naïve 😀')).toEqual(text)
        expect(await objects.get(await objects.put(''))).toBe('')
        await expect(objects.put('\ud800')).rejects.toMatchObject({ code: 'SKEIN_VALUE' })
        await expect(objects.get({ ...text, id: 'f'.repeat(64) })).rejects.toMatchObject({ code: 'SKEIN_NOT_FOUND' })
      })

      it('are called what they were first called', async () => {
        const view = memory.as(ann)
        const page = await view.objects.put('the page', { title: 'https://example.com/' })
        expect(page).not.toHaveProperty('title')
        expect(await memory.as(bob).objects.put('the page', { title: 'another' })).toEqual(page)
        expect((await view.records.get('objects', page.id))?.value).toMatchObject({ title: 'https://example.com/' })
        const note = await view.objects.put('a note', { derivedFrom: [page] })
        expect(await view.objects.lineage(note, { direction: 'sources' })).toMatchObject([
          { ref: page, title: 'https://example.com/' },
        ])
        expect(await view.objects.lineage(page, { direction: 'uses' })).toMatchObject([{ title: undefined }])
        await expect(view.objects.put('x', { title: '' })).rejects.toMatchObject({ option: 'title' })
      })

      it('give every reader bytes of its own', async () => {
        const { objects } = memory.as(ann)
        const ref = await objects.put(new Uint8Array([1, 2, 3]))
        ;(await objects.bytes(ref))[0] = 9
        expect([...(await objects.bytes(ref))]).toEqual([1, 2, 3])
      })

      it('know what they were made from, both ways', async () => {
        const { objects } = memory.as(ann)
        const a = await objects.put('a')
        const b = await objects.put('b', { derivedFrom: [a] })
        const c = await objects.put('c', { derivedFrom: [b] })
        await memory.as(bob).objects.put('c', { derivedFrom: [a] })
        const walk = async (from: { id: string }, direction: 'sources' | 'uses') =>
          (await objects.lineage(from, { direction })).map(({ ref, distance }) => [ref.id, distance])
        expect(await walk(c, 'sources')).toEqual(
          expect.arrayContaining([
            [a.id, 1],
            [b.id, 1],
          ]),
        )
        expect(await walk(a, 'uses')).toEqual(
          expect.arrayContaining([
            [b.id, 1],
            [c.id, 1],
          ]),
        )
        expect(await walk(a, 'sources')).toEqual([])
      })

      it('are at least as sensitive as what they were made from', async () => {
        const boss = memory.as({ id: 'boss', role: 'boss', clearance: { level: 'confidential' } })
        const secret = await boss.objects.put('secret', { sensitivity: 'confidential' })
        const derived = await boss.objects.put('derived', { derivedFrom: [secret] })
        expect(await boss.objects.get(derived)).toBe('derived')
        const { objects } = memory.as(ann)
        expect(await objects.has(derived)).toBe(false)
        await expect(objects.get(derived)).rejects.toMatchObject({ code: 'SKEIN_NOT_FOUND' })
        await expect(objects.get({ ...derived, id: derived.id.slice(0, 64) })).rejects.toMatchObject({
          code: 'SKEIN_NOT_FOUND',
        })
        await expect(objects.put('mine', { derivedFrom: [secret] })).rejects.toMatchObject({ code: 'SKEIN_NOT_FOUND' })
        const same = await objects.put('secret')
        expect(await objects.get(same)).toBe('secret')
      })
    })

    describe('once', () => {
      it('runs work a single time for many askers, in one memory and in two', async () => {
        const other = await openMemory({ store: (await options.reopen?.()) ?? driver, architecture })
        const views = [memory.as(ann), memory.as(bob), other.as(ann)] as const
        let runs = 0
        const ask = (index: number) =>
          (views[index % 3] ?? views[0]).once('k', async ({ reportUsage }) => {
            runs += 1
            reportUsage(10)
            await new Promise((resolve) => setImmediate(resolve))
            return { runs }
          })
        const results = await Promise.all(Array.from({ length: 30 }, (_, index) => ask(index)))
        expect(results.map(({ value }) => value)).toEqual(Array.from({ length: 30 }, () => ({ runs: 1 })))
        expect(results.filter(({ reused }) => !reused)).toHaveLength(1)
        expect(await ask(0)).toMatchObject({ reused: true, tokens: 10 })
        await other.close()
        expect(await memory.ledger()).toMatchObject({
          k: { computed: 1, computedTokens: 10, reused: 30, savedTokens: 300 },
        })
      })

      it('shares a failure with those who waited, and tries again for the next', async () => {
        const view = memory.as(ann)
        let runs = 0
        const work = async (): Promise<number> => {
          runs += 1
          await new Promise((resolve) => setImmediate(resolve))
          if (runs === 1) throw new RangeError('no luck')
          return runs
        }
        const waiting = await Promise.allSettled([view.once('k', work), view.once('k', work)])
        expect(waiting.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
        expect(await view.once('k', work)).toMatchObject({ value: 2, reused: false })
      })

      it('hands on nothing that everybody has left: who comes then begins anew, here and elsewhere', async () => {
        const other = await openMemory({ store: (await options.reopen?.()) ?? driver, architecture })
        const stop = new AbortController()
        const begun = Promise.withResolvers<void>()
        const stopped = Promise.withResolvers<void>()
        const left = memory.as(ann).once(
          'k',
          ({ signal }) =>
            new Promise((_, reject) => {
              begun.resolve()
              signal.addEventListener('abort', () => void stopped.promise.then(() => reject(new Error('left'))))
            }),
          { signal: stop.signal },
        )
        await begun.promise
        const elsewhere = other.as(ann).once('k', () => 'anew')
        stop.abort(new Error('enough'))
        await expect(left).rejects.toThrow('enough')
        // What was left is still ending.
        const here = memory.as(bob).once('k', () => 'anew')
        stopped.resolve()
        expect((await Promise.all([here, elsewhere])).map(({ value }) => value)).toEqual(['anew', 'anew'])
        await other.close()
      })

      it('begins under a claim only while that is held', async () => {
        const view = memory.as(ann)
        const claim = await view.claims.claim('t1')
        if (!claim) throw new Error('taken')
        expect(await view.once('a', () => 1, { claim })).toMatchObject({ value: 1 })
        await claim.release()
        await expect(view.once('b', () => 1, { claim })).rejects.toMatchObject({ code: 'SKEIN_FENCE' })
      })

      it('keeps results of different clearance apart', async () => {
        const low = await memory.as(ann).once('k', () => 'low')
        const high = await memory.as({ ...bob, clearance: { level: 'confidential' } }).once('k', () => 'high')
        expect([low.value, high.value]).toEqual(['low', 'high'])
      })

      it('keeps the error of the work, whatever it carries, and frees the key', async () => {
        const view = memory.as(ann)
        const odd = Object.assign(new RangeError('boom'), { at: new Date(), n: Number.NaN, code: 'ODD' })
        const work = (): never => {
          throw odd
        }
        await expect(view.once('k', work)).rejects.toBe(odd)
        expect(await view.once('k', () => 'fine', { leaseMs: 60_000 })).toMatchObject({ value: 'fine' })
      })

      it('counts work of any name', async () => {
        for (const kind of ['__proto__', 'constructor', 'plain']) await memory.as(ann).once(`${kind}/x`, () => 1)
        const ledger = await memory.ledger()
        expect(Object.keys(ledger).toSorted()).toEqual(['__proto__', 'constructor', 'plain'])
        expect(({} as { computed?: number }).computed).toBeUndefined()
      })

      it('takes over from a worker that is gone, and refuses its late result', async () => {
        const other = await openMemory({ store: (await options.reopen?.()) ?? driver, architecture })
        let finishLate: (value: string) => void = () => {}
        const started = new Promise<void>((resolve) => {
          void other
            .as(ann)
            .once(
              'k',
              () => {
                resolve()
                return new Promise<string>((late) => (finishLate = late))
              },
              { leaseMs: 60 },
            )
            .catch(() => {})
        })
        await started
        // Closing stops the heartbeat, as a crash would; the work itself goes on.
        await other.close()
        expect(await memory.as(bob).once('k', () => 'second', { leaseMs: 1_000 })).toMatchObject({
          value: 'second',
          reused: false,
        })
        finishLate('late')
        expect(await memory.as(ann).once('k', () => 'third')).toMatchObject({ value: 'second', reused: true })
      })
    })

    describe('watch', () => {
      it('begins with the call', async () => {
        const view = memory.as(ann)
        const changes = view.watch('facts/')
        await view.facts.set('k', 1)
        expect((await changes.next()).value).toMatchObject({ id: 'k', version: 1 })
        await changes.return()
      })

      it('resumes after any position, without gaps or repeats', async () => {
        const view = memory.as(ann)
        await view.facts.set('a/1', 1)
        await view.facts.set('b/1', 1)
        const stop = new AbortController()
        const seen: string[] = []
        const watching = (async () => {
          for await (const change of view.watch('facts/a/', { after: 0, signal: stop.signal })) {
            seen.push(`${change.id}@${change.version}`)
            if (change.id === 'a/3') stop.abort()
          }
        })()
        await view.facts.set('a/1', 2)
        await view.facts.set('a/3', 1)
        await watching
        expect(seen).toEqual(['a/1@1', 'a/1@2', 'a/3@1'])
      })
    })

    describe('lifetime', () => {
      it('refuses use after it was closed, and closes twice', async () => {
        const { facts, objects } = memory.as(ann)
        await facts.set('k', 1)
        await facts.get('k')
        await memory.close()
        await memory.close()
        await expect(facts.get('k')).rejects.toMatchObject({ code: 'SKEIN_CLOSED' })
        await expect(facts.set('k', 1)).rejects.toMatchObject({ code: 'SKEIN_CLOSED' })
        await expect(objects.put('x')).rejects.toMatchObject({ code: 'SKEIN_CLOSED' })
        expect(() => memory.as(ann)).toThrow('closed')
      })
    })
  })
}
