import { describe, expect, it } from 'vitest'

import type { Memory } from '../../memory.ts'
import { openMemory } from '../../open-memory.ts'
import type { MemoryOptions } from '../../options.ts'
import type { Collection } from '../../store/collections.ts'
import type { Transaction } from '../../transactions/transaction.ts'
import type { View } from '../../view.ts'
import { conceptEmbedder } from '../concept-embedder.ts'
import { until } from '../patience.ts'
import type { StoreContractOptions } from '../store-contract-options.ts'
import { freshMemory } from '../memory/fresh-memory.ts'
import { ann } from '../memory/principals.ts'

const olga = { id: 'olga', role: 'privacy', rights: ['erase', 'correct'] } as const
const because = { reason: 'asked' } as const

/** What a transaction reads of the record `id`, and what comes of it meanwhile. */
interface Spoiling {
  readonly reads: (tx: Transaction, id: string) => Promise<unknown>
  readonly meanwhile: (other: View, id: string) => Promise<unknown>
}

const lists = ({ observations }: Transaction): Promise<unknown> => observations.list({ task: 't' })
const gets = ({ observations }: Transaction, id: string): Promise<unknown> =>
  observations.get(id).catch((error: { code: string }) => error.code)
const retracts = ({ observations }: View, id: string): Promise<unknown> => observations.retract(id, 'a rumor')
const forgets = (view: View, id: string): Promise<unknown> => view.forget(`observations/${id}`, because)
const shortens = ({ observations }: View, id: string): Promise<unknown> => observations.touch(id, { ttlMs: 60_000 })

const spoilings: Readonly<Record<string, Spoiling>> = {
  'is retracted': { reads: gets, meanwhile: retracts },
  'stood in a list and is retracted': { reads: lists, meanwhile: retracts },
  'was found and is retracted': { reads: (tx) => tx.observations.search('rises'), meanwhile: retracts },
  'is forgotten': { reads: gets, meanwhile: forgets },
  'stood in a list and is forgotten': { reads: lists, meanwhile: forgets },
  'gets an earlier end': { reads: gets, meanwhile: shortens },
  'was retracted before and is forgotten': {
    reads: ({ observations }) => observations.list({ include: 'all' }),
    meanwhile: (view) => view.forget({ tags: ['old'] }, because),
  },
}

/** Transactions, corrections, erasures, vectors and ends, as users meet them together. */
export function togetherCases(options: StoreContractOptions): void {
  const fresh = freshMemory(options)
  const reopened = (more: Partial<MemoryOptions>): Promise<Memory> => openMemory({ store: fresh.driver, ...more })
  const countOf = async (collection: Collection): Promise<number> => {
    await using store = await fresh.driver.open('default', 'writer')
    return (await store.query({ collection, order: 'oldest', limit: 100 })).records.length
  }

  describe('a transaction', () => {
    it.each(Object.entries(spoilings))('runs again when what it read %s', async (_, { reads, meanwhile }) => {
      const view = fresh.memory.as(ann)
      const old = await view.observations.log({ value: 'old', tags: ['old'] })
      await view.observations.retract(old.id, 'too old')
      const { id } = await view.observations.log({ value: 'Acme rises', task: 't' })
      await using other = await fresh.another()
      let attempts = 0
      await view.transaction(async (tx) => {
        attempts += 1
        await reads(tx, id)
        if (attempts === 1) await meanwhile(other.as(olga), id)
        await tx.facts.set('done', attempts)
      })
      expect([attempts, await view.facts.get('done')]).toEqual([2, 2])
    })

    it('runs again when an erasure of many hides what stood in its list', async () => {
      const view = fresh.memory.as(ann)
      const task = { task: 't', subject: 'crowd' } as const
      await Promise.all(Array.from({ length: 501 }, (_, n) => view.observations.log({ value: n, ...task })))
      const kept = await view.observations.log({ value: 'stays', task: 't' })
      let erasing: Promise<unknown> | undefined
      const listed: (readonly unknown[])[] = []
      await view.transaction(async (tx) => {
        const { items } = await tx.observations.list({ task: 't', limit: 3 })
        listed.push(items.map(({ id }) => id))
        erasing ??= view.forget({ subject: 'crowd' }, because)
        await until(async () => (await view.observations.list()).items.length === 1, 'that all is hidden')
        await tx.facts.set('done', true)
      })
      expect(listed).toHaveLength(2)
      expect(listed[1]).toEqual([kept.id])
      await erasing
    })

    it('says that it can’t correct, and writes nothing', async () => {
      const view = fresh.memory.as(ann)
      const { id } = await view.observations.log({ value: 1 })
      for (const call of ['retract', 'supersede', 'declassify']) {
        const refused = view.transaction(async (tx) => {
          await tx.facts.set('done', true)
          // The types of a transaction leave these calls out; callers without types may try them.
          const { observations } = tx as unknown as View
          await (observations as unknown as Record<string, (...args: unknown[]) => unknown>)[call]?.(id, {})
        })
        await expect(refused).rejects.toMatchObject({ code: 'SKEIN_TRANSACTION', reason: 'unsupported' })
      }
      expect(await view.facts.get('done')).toBeUndefined()
    })

    it.each(['words', 'meaning'] as const)(
      'searches by %s, also for what was withdrawn, and counts as read',
      async (by) => {
        await using memory = await reopened({ search: { embedder: conceptEmbedder() } })
        const view = memory.as(ann)
        const { id } = await view.observations.log({ value: 'a car' })
        await view.observations.retract(id, 'a rumor')
        await memory.vectorsReady()
        let attempts = 0
        const found = await view.transaction(async ({ observations, facts }) => {
          attempts += 1
          const holding = await observations.search('car', { by })
          const all = await observations.search('car', { by, include: 'all' })
          if (attempts === 1) await view.observations.log({ value: 'that car' })
          await memory.vectorsReady()
          await facts.set('done', true)
          return [holding.length, all.length]
        })
        expect([attempts, found]).toEqual([2, [1, 2]])
      },
    )
  })

  it('finds by its meaning what was withdrawn, for those who ask for it', async () => {
    await using memory = await reopened({ search: { embedder: conceptEmbedder() } })
    const view = memory.as(ann)
    const { id } = await view.observations.log({ value: 'a car' })
    const late = await view.observations.log({ value: 'the vehicle' })
    await memory.vectorsReady()
    await view.observations.retract(id, 'a rumor')
    // Its vector is made after that.
    await view.observations.retract((await view.observations.log({ value: 'an automobile' })).id, 'a rumor')
    await memory.vectorsReady()
    const by = { by: 'meaning' } as const
    expect((await view.observations.search('wagen', by)).map(({ item }) => item.id)).toEqual([late.id])
    const all = await view.observations.search('wagen', { ...by, include: 'all' })
    const states = all.map(({ item }) => item.correction?.state ?? 'holds')
    expect(states.toSorted()).toEqual(['holds', 'retracted', 'retracted'])
  })

  it('ends a record together with its vector, its correction and its content', async () => {
    await using memory = await reopened({ search: { embedder: conceptEmbedder() } })
    const view = memory.as(ann)
    const ttlMs = 400
    const { id } = await view.observations.log({ value: 'a car', ttlMs })
    const ref = await view.objects.put('a text', { ttlMs })
    const held = await view.decisions.record({ task: 't', decision: 'buy', reasoning: 'a car', ttlMs })
    await view.corrections.confirm(held)
    await view.observations.retract(id, 'a rumor')
    await view.objects.retract(ref, 'a rumor')
    await memory.vectorsReady()
    const end = view.now() + ttlMs
    await until(() => view.now() > end, 'that all has ended')
    await memory.sweep()
    for (const kind of ['observations', 'decisions', 'objects', 'vectors', 'corrections'] as const) {
      expect([kind, await countOf(kind)]).toEqual([kind, 0])
    }
    await using store = await fresh.driver.open('default', 'writer')
    expect(await store.objects.names()).toEqual([])
  })

  it('keeps vector and confirmation as long as the record that is touched', async () => {
    await using memory = await reopened({ search: { embedder: conceptEmbedder() } })
    const view = memory.as(ann)
    const ttlMs = 400
    const entry = await view.observations.log({ value: 'a car', ttlMs })
    await memory.vectorsReady()
    await view.corrections.confirm(entry)
    expect(await view.observations.touch(entry.id, { ttlMs: 600_000 })).toBe(true)
    const end = view.now() + ttlMs
    await until(() => view.now() > end, 'that its first end has passed')
    await memory.sweep()
    expect([await countOf('vectors'), await countOf('corrections')]).toEqual([1, 1])
    expect(await view.observations.search('vehicle', { by: 'meaning' })).toHaveLength(1)
  })

  it('removes a correction with the record that a rule keeps no longer', async () => {
    const view = fresh.memory.as(ann)
    const { id } = await view.observations.log({ value: 1 })
    await view.observations.retract(id, 'a rumor about Zoë')
    const ref = await view.objects.put('a text')
    await view.objects.supersede(ref, await view.objects.put('a better text'))
    const begun = view.now()
    await until(() => view.now() > begun + 2, 'that time has passed')
    await using memory = await reopened({
      retention: [
        { collection: 'observations', keepMs: 1 },
        { collection: 'objects', keepMs: 1 },
      ],
    })
    expect((await memory.sweep()).removed).toEqual({ observations: 1, objects: 2 })
    expect([await countOf('observations'), await countOf('objects'), await countOf('corrections')]).toEqual([0, 0, 0])
  })

  it('forgets a chain of corrections link by link, and names nothing that is gone', async () => {
    const view = fresh.memory.as(ann)
    const first = await view.observations.log({ value: 1 })
    const second = await view.observations.supersede(first.id, { value: 2 })
    const third = await view.observations.supersede(second.id, { value: 3 })
    const latest = async (): Promise<unknown> => (await view.corrections.of(first))?.latest
    expect(await latest()).toBe(third.id)
    expect((await view.forget(third, because)).forgotten).toEqual({ observations: 1 })
    expect(await latest()).toBeUndefined()
    expect((await view.forget(second, because)).forgotten).toEqual({ observations: 1, corrections: 1 })
    expect(await latest()).toBeUndefined()
    expect((await view.forget(first, because)).forgotten).toEqual({ observations: 1, corrections: 1 })
    expect([await countOf('observations'), await countOf('corrections')]).toEqual([0, 0])
  })
}
