import { describe, expect, it } from 'vitest'

import type { JournalEntry } from '../../kinds/journal.ts'
import type { Architecture } from '../../options.ts'
import type { StoreContractOptions } from '../store-contract-options.ts'
import { freshMemory } from './fresh-memory.ts'
import { ann, bob } from './principals.ts'

/** Observations and decisions: logging, listing and searching, in each architecture. */
export function observationsCases(options: StoreContractOptions): void {
  describe.each<Architecture>(['hybrid', 'centralized'])('%s', (architecture) => {
    const fresh = freshMemory(options, { architecture })

    it('are listed newest first, in pages, by any combination of filters', async () => {
      const { observations } = fresh.memory.as(ann)
      for (const n of [1, 2, 3]) await observations.log({ task: 't1', value: { n }, tags: ['a'], importance: 0.5 })
      await fresh.memory.as(bob).observations.log({ task: 't1', value: 'by bob' })
      const first = await observations.list({ task: 't1', limit: 3 })
      expect(first.items.map(({ value }) => value)).toEqual(['by bob', { n: 3 }, { n: 2 }])
      const rest = await observations.list({ task: 't1', limit: 3, cursor: first.cursor ?? '' })
      expect(rest).toMatchObject({ items: [{ value: { n: 1 }, author: 'ann', importance: 0.5 }] })
      expect(rest.cursor).toBeUndefined()
      expect((await observations.list({ notAuthor: 'ann' })).items).toHaveLength(1)
      expect((await observations.list({ tags: ['a'], task: 'none' })).items).toEqual([])
    })

    it('are found by words, with a snippet of the match', async () => {
      const { observations } = fresh.memory.as(ann)
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

    it('are found by a phrase only where it stands word for word', async () => {
      const { observations } = fresh.memory.as(ann)
      await observations.log({ value: 'The list of prices' })
      await observations.log({ value: 'The Price List, revised' })
      expect((await observations.search('"price list"')).map(({ item }) => item.value)).toEqual([
        'The Price List, revised',
      ])
      expect(await observations.search('"price list" "of prices"')).toEqual([])
      expect(await observations.search('price list')).toHaveLength(2)
    })

    it.each([
      [
        '日本語',
        `${'これは長い文章です。'.repeat(40)}明日の天気予報は晴れです。${'そして続きます。'.repeat(40)}`,
        '天気予報',
      ],
      ['ไทย', `${'ฉันไปโรงเรียนทุกวัน'.repeat(40)}วันนี้กินข้าวผัดอร่อย${'และนอนหลับ'.repeat(40)}`, 'ข้าวผัด'],
      ['русский', `${'и так далее '.repeat(60)}цены компании выросли ${'и так далее '.repeat(60)}`, 'цены'],
      ['العربية', `${'كلام كثير '.repeat(60)}أسعار الشركة ارتفعت ${'كلام كثير '.repeat(60)}`, 'الشركة'],
      ['code', `${'let x = 1; '.repeat(60)}parseHttpRequest(); ${'let x = 1; '.repeat(60)}`, 'parseHttpRequest'],
    ])('show the match in a snippet (%s)', async (_, value, word) => {
      const { observations } = fresh.memory.as(ann)
      await observations.log({ value })
      const [hit] = await observations.search(word)
      expect(hit?.snippet).toContain(word)
      expect(hit?.snippet.length).toBeLessThan(180)
    })

    it('are written once per idempotency key, in a transaction or outside of one', async () => {
      const view = fresh.memory.as(ann)
      const { observations, decisions } = view
      const idempotencyKey = 'call 17'
      const first = await observations.log({ value: 'Acme called', tags: ['call'], idempotencyKey })
      expect(await observations.log({ value: 'Acme called again', idempotencyKey })).toEqual(first)
      const within = await view.transaction(async (tx) => {
        const known = await tx.observations.log({ value: 'Acme called', idempotencyKey })
        const other = await tx.observations.log({ value: 'Bolt called', idempotencyKey: 'call 18' })
        expect(await tx.observations.log({ value: 'Bolt?', idempotencyKey: 'call 18' })).toMatchObject({ id: other.id })
        return known
      })
      expect(within).toEqual(first)
      // Kinds and authors have keys of their own.
      await decisions.record({ task: 't1', decision: 'call back', reasoning: 'They asked.', idempotencyKey })
      await fresh.memory.as(bob).observations.log({ value: 'Acme called bob', idempotencyKey })
      const { items } = await observations.list()
      expect(items.map(({ value }) => value)).toEqual(['Acme called bob', 'Bolt called', 'Acme called'])
      expect((await decisions.list()).items).toHaveLength(1)
    })

    it('are written once per idempotency key by many tries at a time', async () => {
      const { observations } = fresh.memory.as(ann)
      const tries = Array.from({ length: 20 }, (_, value) => observations.log({ value, idempotencyKey: 'k' }))
      const ids = new Set((await Promise.all(tries)).map(({ id }) => id))
      expect(ids.size).toBe(1)
      expect((await observations.list()).items).toHaveLength(1)
    })

    it('are written once per idempotency key whatever became of earlier ones, each with an id of its own', async () => {
      const view = fresh.memory.as({ ...ann, rights: ['erase'] })
      const log = (value: string): Promise<JournalEntry<string>> =>
        view.observations.log({ value, subject: 'person/1', idempotencyKey: 'k' })
      const first = await log('a')
      await view.observations.retract(first.id, 'a rumor')
      const second = await log('b')
      await view.forget(`observations/${first.id}`, { reason: 'They asked.' })
      expect(await log('c')).toEqual(second)
      await view.forget({ subject: 'person/1' }, { reason: 'They asked.' })
      const last = await log('d')
      expect(last).toMatchObject({ value: 'd' })
      expect(new Set([first.id, second.id, last.id]).size).toBe(3)
      expect((await view.observations.list()).items).toHaveLength(1)
    })

    it('are written again under their idempotency key once they no longer hold', async () => {
      const { observations } = fresh.memory.as(ann)
      const entries = []
      for (const value of ['a', 'b', 'c']) {
        const entry = await observations.log({ value, idempotencyKey: 'k' })
        expect(await observations.log({ value: 'late', idempotencyKey: 'k' })).toEqual(entry)
        entries.push(entry)
        if (value !== 'c') await observations.retract(entry.id, 'a rumor')
      }
      expect(entries.map(({ value }) => value)).toEqual(['a', 'b', 'c'])
      expect((await observations.list()).items.map(({ value }) => value)).toEqual(['c'])
      const { id } = await observations.log({ value: 'd' })
      const next = { value: 'e', idempotencyKey: 'k' }
      await expect(observations.supersede(id, next)).rejects.toMatchObject({ option: 'idempotencyKey' })
      await expect(observations.log({ value: 'f', idempotencyKey: '' })).rejects.toMatchObject({
        option: 'idempotencyKey',
      })
    })

    it('keep decisions with their reasons', async () => {
      const { decisions } = fresh.memory.as(ann)
      await decisions.record({ task: 't1', decision: { go: true }, reasoning: 'it pays' })
      expect((await fresh.memory.as(bob).decisions.list({ task: 't1', author: 'ann' })).items).toMatchObject([
        { value: { decision: { go: true }, reasoning: 'it pays' }, author: 'ann' },
      ])
    })

    it.each([
      [{ limit: 0 }, 'limit'],
      [{ limit: 5_000 }, 'limit'],
      [{ cursor: 'x' }, 'cursor'],
      [{ tags: [''] }, 'tags'],
    ])('refuse the filter %j with an error that names it', async (filter, option) => {
      await expect(fresh.memory.as(ann).observations.list(filter)).rejects.toMatchObject({
        code: 'SKEIN_OPTION',
        option,
      })
    })
  })

  const fresh = freshMemory(options)

  it('are found by a phrase behind any number of better ones that have only its words', async () => {
    const { observations } = fresh.memory.as(ann)
    await observations.log({ value: `The price list ${'and much more '.repeat(40)}` })
    await observations.log({ value: `จดราคาไว้ 価格表 ${'and much more '.repeat(40)}` })
    await Promise.all(Array.from({ length: 1_300 }, () => observations.log({ value: 'list price 表価格 価表格表' })))
    expect(await observations.search('"price list"', { limit: 1 })).toHaveLength(1)
    expect((await observations.search('"価格表"')).map(({ snippet }) => snippet)).toEqual([
      expect.stringContaining('価格表'),
    ])
  })
}
