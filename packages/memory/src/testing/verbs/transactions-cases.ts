import { describe, expect, it } from 'vitest'

import { ReadScope } from '../../space/read-scope.ts'
import type { Transaction } from '../../transactions/transaction.ts'
import type { StoreContractOptions } from '../store-contract-options.ts'
import { freshMemory } from '../memory/fresh-memory.ts'
import { ann, bob, boss } from '../memory/principals.ts'
import { transactionConflictCases } from './transaction-conflict-cases.ts'

/** Transactions: several records in one atomic step, if everything that was read still holds. */
export function transactionsCases(options: StoreContractOptions): void {
  transactionConflictCases(options)
  const fresh = freshMemory(options)

  it('write records of several kinds in one step', async () => {
    const view = fresh.memory.as(ann)
    const { last } = await view.feed.read({ after: 0, limit: 1 })
    const ref = await view.transaction(async (tx) => {
      const part = await tx.objects.put('The offer.')
      const note = await tx.observations.log({ value: 'Sent the offer', derivedFrom: [part] })
      await tx.decisions.record({ task: 't', decision: 'discount', reasoning: 'They asked.', derivedFrom: [note] })
      await tx.learnings.log({ signal: 'success', context: { industry: 'retail' }, details: 'Ask first.' })
      await tx.facts.set('offer', 'sent')
      await tx.alerts.send({ to: ['bob'], insight: 'An offer is out.' })
      await tx.escalations.open({ task: 't', reason: 'Beyond the usual discount.' })
      expect(await view.facts.get('offer')).toBeUndefined()
      expect((await view.observations.list()).items).toEqual([])
      return part
    })
    expect(await view.objects.get(ref)).toBe('The offer.')
    expect(await fresh.memory.as(bob).alerts.pending()).toMatchObject([{ insight: 'An offer is out.' }])
    expect(await view.escalations.list()).toMatchObject([{ state: 'open' }])
    const own: number[] = []
    for await (const { collection, seq } of view.watch('', { after: last })) {
      if (collection !== 'audit') own.push(seq)
      if (own.length === 7) break
    }
    expect(own).toEqual(own.map((_, index) => (own[0] ?? 0) + index))
  })

  it('show their own writes to their own reads, and lists of them', async () => {
    const view = fresh.memory.as(ann)
    for (const key of ['a', 'b', 'c']) await view.facts.set(key, 'old', { tags: ['x'] })
    await view.observations.log({ value: 'first' })
    await view.transaction(async ({ facts, observations }) => {
      await facts.set('b', 'new', { tags: ['x'] })
      await facts.set('bb', 'new', { tags: ['x'] })
      expect(await facts.delete('c')).toBe(true)
      expect(await facts.delete('c')).toBe(false)
      expect(await facts.getMany(['a', 'b', 'bb', 'c'])).toEqual(['old', 'new', 'new', undefined])
      await facts.update<string>('a', (value) => `${value}er`)
      expect((await facts.read('a'))?.value).toBe('older')
      const keys: string[] = []
      for (let cursor: string | undefined; ;) {
        const page = await facts.list({ tags: ['x'], limit: 1, cursor })
        keys.push(...page.items.map(({ key }) => key))
        if ((cursor = page.cursor) === undefined) break
      }
      expect(keys).toEqual(['a', 'b', 'bb'])
      await observations.log({ value: 'second' })
      await observations.log({ value: 'third' })
      const values: unknown[] = []
      for (let cursor: string | undefined; ;) {
        const page = await observations.list({ limit: 2, ...(cursor !== undefined && { cursor }) })
        values.push(...page.items.map(({ value }) => value))
        if ((cursor = page.cursor) === undefined) break
      }
      expect(values).toEqual(['third', 'second', 'first'])
    })
    expect(await view.facts.getMany(['a', 'b', 'bb', 'c'])).toEqual(['older', 'new', 'new', undefined])
  })

  it('refuse to search where they have written, and find what is there before', async () => {
    const view = fresh.memory.as(ann)
    await view.observations.log({ value: 'Acme raised its prices', task: 't' })
    await view.facts.set('price', 'prices of Acme')
    await view.transaction(async (tx) => {
      expect(await tx.observations.search('prices')).toHaveLength(1)
      expect(await tx.facts.search('prices')).toHaveLength(1)
      await tx.observations.log({ value: 'Their prices fell', task: 'other' })
      // Another task, so nothing that was written can be among what is found.
      expect(await tx.observations.search('prices', { task: 't' })).toHaveLength(1)
      await expect(tx.observations.search('prices')).rejects.toMatchObject({ reason: 'order' })
    })
    expect(await view.observations.search('prices')).toHaveLength(2)
  })

  it('write nothing when the callback throws, and pass its error on', async () => {
    const view = fresh.memory.as(ann)
    const error = new Error('no')
    const failed = view.transaction(async ({ facts, observations }) => {
      await facts.set('k', 1)
      await observations.log({ value: 'v' })
      throw error
    })
    await expect(failed).rejects.toBe(error)
    expect(await view.facts.get('k')).toBeUndefined()
    expect((await view.observations.list()).items).toEqual([])
  })

  it('keep an own condition on a version', async () => {
    const view = fresh.memory.as(ann)
    const { version } = await view.facts.set('k', 1)
    await view.transaction(({ facts }) => facts.set('k', 2, { ifVersion: version }))
    const stale = view.transaction(({ facts }) => facts.set('k', 3, { ifVersion: version }))
    await expect(stale).rejects.toMatchObject({ code: 'SKEIN_VERSION_CONFLICT', current: { value: 2 } })
    expect(await view.facts.get('k')).toBe(2)
  })

  it('keep the time to live that they give', async () => {
    const view = fresh.memory.as(ann)
    await view.facts.set('k', 1, { ttlMs: 1_000_000 })
    await view.transaction(async ({ facts }) => {
      await facts.touch('k', { ttlMs: 2_000_000 })
      await facts.set('new', 1)
      await facts.touch('new', { ttlMs: 3_000_000 })
    })
    const endOf = async (key: string) => ((await view.records.get('facts', key))?.expiresAt ?? 0) - view.now()
    expect(await endOf('k')).toBeGreaterThan(1_500_000)
    expect(await endOf('new')).toBeGreaterThan(2_500_000)
  })

  it('are refused once the claim is lost that a write names', async () => {
    const view = fresh.memory.as(ann)
    const claim = await view.claims.claim('t')
    if (!claim) throw new Error('The task is free.')
    await view.transaction(({ facts }) => facts.set('k', 1, { claim }))
    await claim.release()
    const late = view.transaction(async ({ facts }) => {
      await facts.set('other', 1)
      await facts.set('k', 2, { claim })
    })
    await expect(late).rejects.toMatchObject({ code: 'SKEIN_FENCE' })
    expect(await view.facts.getMany(['k', 'other'])).toEqual([1, undefined])
  })

  describe('labels', () => {
    it('make all that is written as sensitive as all that was read, whatever came first', async () => {
      const view = fresh.memory.as(boss)
      await view.facts.set('secret', 'merger', { sensitivity: 'confidential' })
      await view.facts.set('touched', 1, { ttlMs: 1_000_000 })
      let attempts = 0
      const ref = await view.transaction(async (tx) => {
        attempts += 1
        await tx.facts.set('before', 1)
        await tx.facts.touch('touched', { ttlMs: 2_000_000 })
        const part = await tx.objects.put('plain')
        await tx.facts.get('secret')
        await tx.observations.log({ value: 'after' })
        return part
      })
      expect(attempts).toBe(2)
      expect(await view.objects.get(ref)).toBe('plain')
      const guest = fresh.memory.as(bob)
      expect(await guest.facts.getMany(['before', 'touched'])).toEqual([undefined, undefined])
      expect((await guest.observations.list()).items).toEqual([])
      expect(await guest.objects.has(ref)).toBe(false)
    })

    it('count for what surrounds the transaction, also when it fails', async () => {
      await fresh.memory.as(boss).facts.set('secret', 'merger', { sensitivity: 'confidential' })
      using scope = new ReadScope()
      const view = fresh.memory.as(boss, scope)
      const failed = view.transaction(async ({ facts }) => Promise.reject(new Error(await facts.get('secret'))))
      await expect(failed).rejects.toThrow('merger')
      expect(scope.label.sensitivity).toBe('confidential')
    })

    it('hide what is above the clearance, also from conflicts', async () => {
      const high = fresh.memory.as(boss)
      const view = fresh.memory.as(bob)
      await high.facts.set('secret', 0, { sensitivity: 'confidential' })
      let attempts = 0
      await view.transaction(async (tx) => {
        attempts += 1
        expect(await tx.facts.get('secret')).toBeUndefined()
        expect((await tx.facts.list()).items).toEqual([])
        expect((await tx.observations.list()).items).toEqual([])
        expect(await tx.observations.search('merger')).toEqual([])
        await high.facts.set('secret', attempts, { sensitivity: 'confidential' })
        await high.facts.set(`more ${attempts}`, 1, { sensitivity: 'confidential' })
        await high.observations.log({ value: 'a merger', sensitivity: 'confidential' })
        await tx.facts.set('own', attempts)
      })
      expect(attempts).toBe(1)
      const taken = view.transaction(({ facts }) => facts.set('secret', 1))
      await expect(taken).rejects.toMatchObject({ code: 'SKEIN_ACCESS' })
    })
  })

  describe('used wrongly', () => {
    it('tell of calls after the end', async () => {
      const view = fresh.memory.as(ann)
      const { facts } = await view.transaction((tx: Transaction) => tx)
      await expect(facts.set('k', 1)).rejects.toMatchObject({ code: 'SKEIN_TRANSACTION', reason: 'ended' })
      await expect(facts.get('k')).rejects.toMatchObject({ reason: 'ended' })
    })

    it('tell of a forgotten await, and write nothing', async () => {
      const view = fresh.memory.as(ann)
      const forgetful = view.transaction(async ({ facts }) => {
        await facts.set('a', 1)
        void facts.set('b', 1)
      })
      await expect(forgetful).rejects.toMatchObject({ code: 'SKEIN_TRANSACTION', reason: 'unawaited' })
      expect(await view.facts.getMany(['a', 'b'])).toEqual([undefined, undefined])
    })

    it('tell of a transaction within another, and run them one after the other', async () => {
      const view = fresh.memory.as(ann)
      const nested = view.transaction(() => fresh.memory.as(bob).transaction(({ facts }) => facts.set('k', 1)))
      await expect(nested).rejects.toMatchObject({ code: 'SKEIN_TRANSACTION', reason: 'nested' })
      await view.transaction(({ facts }) => facts.set('k', 1))
      await view.transaction(({ facts }) => facts.set('k', 2))
      expect(await view.facts.get('k')).toBe(2)
    })

    it('end by a signal, by a time-out, and beyond their limits', async () => {
      const view = fresh.memory.as(ann)
      const never = async ({ facts }: Transaction): Promise<void> => {
        await facts.set('k', 1)
        await new Promise(() => {})
      }
      const stop = new AbortController()
      const stopped = view.transaction(never, { signal: stop.signal })
      stop.abort(new Error('stopped'))
      await expect(stopped).rejects.toThrow('stopped')
      await expect(view.transaction(never, { signal: stop.signal })).rejects.toThrow('stopped')
      await expect(view.transaction(never, { timeoutMs: 10 })).rejects.toMatchObject({ reason: 'timeout' })
      const keys = Array.from({ length: 10_000 }, (_, index) => `${index}`)
      const tooMuch = view.transaction(async ({ facts }) => {
        await facts.getMany(keys)
        await facts.set('k', 1)
      })
      await expect(tooMuch).rejects.toMatchObject({ code: 'SKEIN_TRANSACTION', reason: 'limit' })
      const tooOften = view.transaction(async ({ facts }) => {
        for (let count = 0; count <= 100; count += 1) await facts.list()
      })
      await expect(tooOften).rejects.toMatchObject({ reason: 'limit' })
      expect(await view.facts.get('k')).toBeUndefined()
    })
  })
}
