import { MessageChannel } from 'node:worker_threads'

import { expect, it } from 'vitest'

import { joinMemory } from '../../join-memory.ts'
import type { TouchOptions } from '../../kinds/touch-record.ts'
import type { Memory } from '../../memory.ts'
import { openMemory } from '../../open-memory.ts'
import type { Collection } from '../../store/collections.ts'
import type { View } from '../../view.ts'
import { conceptEmbedder } from '../concept-embedder.ts'
import { until } from '../patience.ts'
import type { StoreContractOptions } from '../store-contract-options.ts'
import { freshMemory } from '../memory/fresh-memory.ts'
import { ann, bob, boss } from '../memory/principals.ts'

/** Makes a record with a time to live; resolves to its id, and to how it is touched through another view. */
type Made = readonly [id: string, touch: (view: View, options: TouchOptions) => Promise<boolean>]

const kinds: Readonly<Partial<Record<Collection, (view: View, ttlMs: number) => Promise<Made>>>> = {
  observations: async (view, ttlMs) => {
    const { id } = await view.observations.log({ value: 'Acme raised its prices', ttlMs })
    return [id, (other, options) => other.observations.touch(id, options)]
  },
  decisions: async (view, ttlMs) => {
    const { id } = await view.decisions.record({ task: 't', decision: 1, reasoning: 'r', ttlMs })
    return [id, (other, options) => other.decisions.touch(id, options)]
  },
  learnings: async (view, ttlMs) => {
    const { id } = await view.learnings.log({ signal: 'pattern', context: {}, details: 'd', ttlMs })
    return [id, (other, options) => other.learnings.touch(id, options)]
  },
  objects: async (view, ttlMs) => {
    const ref = await view.objects.put('The contract of Acme', { ttlMs })
    return [ref.id, (other, options) => other.objects.touch(ref, options)]
  },
  escalations: async (view, ttlMs) => {
    const { id } = await view.escalations.open({ task: 't', reason: 'r', ttlMs })
    return [id, (other, options) => other.escalations.touch(id, options)]
  },
  alerts: async (view, ttlMs) => {
    await view.alerts.send({ to: [{ role: ann.role }, { role: bob.role }], insight: 1, ttlMs })
    const [alert] = await view.alerts.pending()
    return [alert?.id ?? '', (other, options) => other.alerts.touch(alert?.id ?? '', options)]
  },
}

/** Ends that writers give, and that others move. */
export function timeToLiveCases(options: StoreContractOptions): void {
  const fresh = freshMemory(options)
  const passed = (at: number): Promise<void> => until(() => fresh.memory.as(ann).now() > at, 'that time has passed')
  const endOf = async (collection: Collection, id: string): Promise<number | undefined> =>
    (await fresh.memory.as(boss).records.get(collection, id))?.expiresAt
  const contents = async (): Promise<readonly string[]> => {
    await using store = await fresh.driver.open('default', 'writer')
    return await store.objects.names()
  }

  it('ends an object at once, and its content goes with the sweep unless another object has it', async () => {
    const { objects } = fresh.memory.as(ann)
    const ref = await objects.put('The contract of Acme', { ttlMs: 1_000 })
    const same = await fresh.memory.as(boss).objects.put('The contract of Acme', { sensitivity: 'confidential' })
    await passed((await endOf('objects', ref.id)) ?? fresh.memory.as(ann).now() + 20)
    expect(await objects.has(ref)).toBe(false)
    await expect(objects.get(ref)).rejects.toMatchObject({ code: 'SKEIN_NOT_FOUND' })
    await fresh.memory.sweep()
    expect(await contents()).toHaveLength(1)
    expect(await fresh.memory.as(boss).objects.get(same)).toBe('The contract of Acme')
    const end = fresh.memory.as(boss).now() + 1
    expect(await fresh.memory.as(boss).objects.touch(same, { ttlMs: 1 })).toBe(true)
    await passed(end)
    await until(async () => !(await fresh.memory.as(boss).objects.has(same)), 'that the other has ended')
    await fresh.memory.sweep()
    expect(await contents()).toEqual([])
    expect(await objects.get(await objects.put('The contract of Acme'))).toBe('The contract of Acme')
  })

  it('takes sealed contents along, whoever sweeps', async () => {
    await fresh.memory.close()
    const key = (name: string): string => Buffer.alloc(32, name).toString('base64')
    const encryption = { keys: { k1: key('1') }, current: 'k1', from: 'public' } as const
    await using sealed = await openMemory({ store: fresh.driver, encryption })
    const ref = await sealed.as(ann).objects.put('The contract of Acme', { ttlMs: 1_000 })
    expect(await contents()).toEqual([`${ref.id}.k1`])
    await until(async () => !(await sealed.as(ann).objects.has(ref)), 'that it has ended')
    await using store = await fresh.driver.open('default', 'writer')
    await until(async () => (await store.sweep(100)) === 0, 'that all is swept')
    expect(await contents()).toEqual([])
  })

  it('keeps an object for the longest that anybody has put it', async () => {
    const [mine, theirs] = [fresh.memory.as(ann).objects, fresh.memory.as(bob).objects]
    const ref = await mine.put('text', { ttlMs: 60_000 })
    const first = (await endOf('objects', ref.id)) ?? 0
    await theirs.put('text', { ttlMs: 1_000 })
    expect(await endOf('objects', ref.id)).toBe(first)
    await theirs.put('text', { ttlMs: 600_000 })
    expect(await endOf('objects', ref.id)).toBeGreaterThan(first + 500_000)
    await theirs.put('text')
    expect(await endOf('objects', ref.id)).toBeUndefined()
    await mine.put('text', { ttlMs: 1 })
    expect(await endOf('objects', ref.id)).toBeUndefined()
    await expect(mine.put('text', { ttlMs: 0 })).rejects.toMatchObject({ option: 'ttlMs' })
  })

  it.each(Object.keys(kinds) as (keyof typeof kinds)[])('is another one for %s that are touched', async (kind) => {
    const view = fresh.memory.as(ann)
    const [id, touch] = await (kinds[kind] as (typeof kinds)['objects'] & {})(view, 60_000)
    const before = await fresh.memory.as(boss).records.get(kind, id)
    // Whoever sees it may keep it.
    expect(await touch(fresh.memory.as({ ...bob, role: ann.role }), { ttlMs: 600_000 })).toBe(true)
    const later = await fresh.memory.as(boss).records.get(kind, id)
    expect(later).toMatchObject({ seq: before?.seq, version: before?.version, author: 'ann' })
    expect(later?.expiresAt).toBeGreaterThan((before?.expiresAt ?? 0) + 500_000)
    // To end it is up to its author, and to those who may erase.
    const other = { ...bob, role: ann.role }
    await expect(touch(fresh.memory.as(other), { ttlMs: 1 })).rejects.toMatchObject({ code: 'SKEIN_ACCESS' })
    expect(await touch(fresh.memory.as({ ...other, rights: ['erase'] }), { ttlMs: 60_000 })).toBe(true)
    expect(await endOf(kind, id)).toBeLessThan((later?.expiresAt ?? 0) - 500_000)
    await expect(touch(view, { ttlMs: 0 })).rejects.toMatchObject({ option: 'ttlMs' })
    expect(await touch(view, { ttlMs: 1 })).toBe(true)
    await until(async () => (await fresh.memory.as(boss).records.get(kind, id)) === undefined, 'that it has ended')
    expect(await touch(view, { ttlMs: 60_000 })).toBe(false)
  })

  it('is not moved for what is above the clearance', async () => {
    const secret = { sensitivity: 'confidential' } as const
    const high = fresh.memory.as(boss)
    const { id } = await high.observations.log({ value: 1, ttlMs: 60_000, ...secret })
    const ref = await high.objects.put('x', { ttlMs: 60_000, ...secret })
    const ends = [await endOf('observations', id), await endOf('objects', ref.id)]
    expect(await fresh.memory.as(ann).observations.touch(id, { ttlMs: 600_000 })).toBe(false)
    expect(await fresh.memory.as(ann).objects.touch(ref, { ttlMs: 600_000 })).toBe(false)
    expect([await endOf('observations', id), await endOf('objects', ref.id)]).toEqual(ends)
  })

  it('lets searches find what was touched beyond its first end, in every process', async () => {
    await using other = await fresh.another()
    const view = fresh.memory.as(ann)
    const entry = await view.observations.log({ value: 'Acme raised its prices', ttlMs: 1_000 })
    await view.facts.set('prices', 'Acme raised them', { ttlMs: 1_000 })
    const found = async (memory: Memory): Promise<number> =>
      (await memory.as(bob).observations.search('prices')).length + (await memory.as(bob).facts.search('prices')).length
    expect([await found(fresh.memory), await found(other)]).toEqual([2, 2])
    await other.as(bob).observations.touch(entry.id, { ttlMs: 600_000 })
    await other.as(bob).facts.touch('prices', { ttlMs: 600_000 })
    await passed(view.now() + 1_000)
    await fresh.memory.sweep()
    expect([await found(fresh.memory), await found(other)]).toEqual([2, 2])
  })

  it('lets an alert of a role that was acknowledged not come again when it is touched', async () => {
    const [mine, theirs] = [fresh.memory.as(ann), fresh.memory.as({ ...bob, role: ann.role })]
    await mine.alerts.send({ to: [{ role: ann.role }], insight: 1, ttlMs: 1_000 })
    const [alert] = await theirs.alerts.pending()
    await theirs.alerts.ack(alert?.id ?? '')
    expect(await mine.alerts.touch(alert?.id ?? '', { ttlMs: 600_000 })).toBe(true)
    await passed(mine.now() + 1_000)
    expect(await mine.alerts.pending()).toHaveLength(1)
    expect(await theirs.alerts.pending()).toEqual([])
  })

  it('stays with a question that is taken and answered', async () => {
    const view = fresh.memory.as(ann)
    const { id } = await view.escalations.open({ task: 't', reason: 'r', ttlMs: 60_000 })
    const end = (await endOf('escalations', id)) ?? 0
    await view.escalations.take(id)
    await view.escalations.answer(id, 1)
    const kept = (await endOf('escalations', id)) ?? 0
    expect(Math.abs(kept - end)).toBeLessThan(5_000)
  })

  it('is given in threads and in transactions as well', async () => {
    await using memory = await openMemory({ store: fresh.driver, search: { embedder: conceptEmbedder() } })
    const channel = new MessageChannel()
    memory.connect(channel.port1, { principalOf: (pass) => (pass === 'of ann' ? ann : undefined) })
    const thread = await joinMemory(channel.port2)
    const view = thread.enter('of ann', ann)
    const { objects, observations } = view
    const embedded = await observations.log({ value: 'a car', ttlMs: 60_000 })
    await memory.vectorsReady()
    expect(await observations.touch(embedded.id, { ttlMs: 600_000 })).toBe(true)
    await observations.retract(embedded.id, 'a rumor')
    const ref = await objects.put('from a thread', { ttlMs: 60_000 })
    expect(await endOf('objects', ref.id)).toBeDefined()
    expect(await objects.touch(ref, { ttlMs: 600_000 })).toBe(true)
    const { id } = await observations.log({ value: 1 })
    const [touched, kept] = await view.transaction(async (tx) => {
      expect((await tx.observations.list({ include: 'all' })).items).toHaveLength(2)
      const own = await tx.objects.put('in a transaction', { ttlMs: 60_000 })
      return [await tx.observations.touch(id, { ttlMs: 60_000 }), own]
    })
    expect([touched, typeof (await endOf('observations', id)), typeof (await endOf('objects', kept.id))]).toEqual([
      true,
      'number',
      'number',
    ])
    await thread.close()
  })
}
