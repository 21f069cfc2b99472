import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import type { Memory } from '../../memory.ts'
import type { Transaction } from '../../transactions/transaction.ts'
import type { View } from '../../view.ts'
import { faultyStore } from '../faulty-store.ts'
import { openMemory } from '../../open-memory.ts'
import type { StoreContractOptions } from '../store-contract-options.ts'
import { freshMemory } from '../memory/fresh-memory.ts'
import { ann, bob } from '../memory/principals.ts'

/** What a transaction reads, and how others spoil it. */
interface Overtaking {
  readonly reads: (tx: Transaction) => Promise<unknown>
  readonly meanwhile: (other: View) => Promise<unknown>
}

const overtakings: Readonly<Record<string, Overtaking>> = {
  'a record': { reads: ({ facts }) => facts.get('a'), meanwhile: ({ facts }) => facts.set('a', 'other') },
  'that a record is absent': {
    reads: ({ facts }) => facts.get('absent'),
    meanwhile: ({ facts }) => facts.set('absent', 1),
  },
  'a record that is deleted': { reads: ({ facts }) => facts.read('a'), meanwhile: ({ facts }) => facts.delete('a') },
  'a list by prefix, which gets longer': {
    reads: ({ facts }) => facts.list({ prefix: 'list/' }),
    meanwhile: ({ facts }) => facts.set('list/2', 1),
  },
  'a list of a task, which gets longer': {
    reads: ({ observations }) => observations.list({ task: 't' }),
    meanwhile: ({ observations }) => observations.log({ value: 'x', task: 't' }),
  },
  'a list, which gets shorter': {
    reads: ({ facts }) => facts.list({ prefix: 'list/' }),
    meanwhile: ({ facts }) => facts.delete('list/1'),
  },
  'a list whose entry comes to be of another task': {
    reads: ({ facts }) => facts.list({ task: 't' }),
    meanwhile: ({ facts }) => facts.set('list/1', 1, { task: 'other' }),
  },
  'a list that an entry comes to be in': {
    reads: ({ facts }) => facts.list({ tags: ['y'] }),
    meanwhile: ({ facts }) => facts.set('a', 1, { tags: ['x', 'y'] }),
  },
  'a search': {
    reads: ({ observations }) => observations.search('prices'),
    meanwhile: ({ observations }) => observations.log({ value: 'Prices rose', task: 'any' }),
  },
  'a search in facts': {
    reads: ({ facts }) => facts.search('prices'),
    meanwhile: ({ facts }) => facts.set('p', 'prices'),
  },
  'alerts that wait': {
    reads: ({ alerts }) => alerts.pending(),
    meanwhile: ({ alerts }) => alerts.send({ to: ['ann'], insight: 1 }),
  },
}

const undisturbed: Readonly<Record<string, Overtaking>> = {
  'another record': { reads: ({ facts }) => facts.get('a'), meanwhile: ({ facts }) => facts.set('b', 1) },
  'a record beyond the prefix': {
    reads: ({ facts }) => facts.list({ prefix: 'list/' }),
    meanwhile: ({ facts }) => facts.set('list', 1),
  },
  'an entry of another task, author, tag and time': {
    reads: async ({ observations }) => [
      await observations.list({ task: 't' }),
      await observations.list({ author: 'ann' }),
      await observations.list({ tags: ['y'] }),
      await observations.list({ until: 1 }),
    ],
    meanwhile: ({ observations }) => observations.log({ value: 'x', task: 'other', tags: ['x'] }),
  },
}

/** Conflicts of transactions: with other memories on the same storage, as with other processes. */
export function transactionConflictCases(options: StoreContractOptions): void {
  const fresh = freshMemory(options)
  let other: Memory
  beforeEach(async () => {
    other = await fresh.another()
    const { facts } = fresh.memory.as(ann)
    await facts.set('a', 'first')
    await facts.set('list/1', 1, { task: 't', tags: ['x'] })
  })
  afterEach(() => other.close())

  /** How often the callback runs until it is through, if others come in between at its first attempt. */
  const attemptsOf = async ({ reads, meanwhile }: Overtaking): Promise<number> => {
    let attempts = 0
    await fresh.memory.as(ann).transaction(async (tx) => {
      attempts += 1
      await reads(tx)
      if (attempts === 1) await meanwhile(other.as(bob))
      await tx.decisions.record({ task: 'd', decision: attempts, reasoning: 'what was read' })
    })
    const { items } = await fresh.memory.as(ann).decisions.list()
    expect(items).toMatchObject([{ value: { decision: attempts } }])
    return attempts
  }

  it.each(Object.entries(overtakings))('run again when others change %s', async (_, overtaking) => {
    expect(await attemptsOf(overtaking)).toBe(2)
  })

  it.each(Object.entries(undisturbed))('do not mind %s', async (_, overtaking) => {
    expect(await attemptsOf(overtaking)).toBe(1)
  })

  it('let nobody act on a state that never was', async () => {
    await fresh.memory.as(ann).facts.set('b', 'first')
    let isOvertaken = false
    const seen = await fresh.memory.as(ann).transaction(async ({ facts }) => {
      const a = await facts.get<string>('a')
      if (!isOvertaken) {
        isOvertaken = true
        const theirs = other.as(bob).facts
        await theirs.set('a', 'second')
        await theirs.set('b', 'second')
      }
      const b = (await facts.read<string>('b', { consistency: 'strong' }))?.value
      if (a !== b) throw new Error(`${a} and ${b}`)
      return a
    })
    expect(seen).toBe('second')
  })

  it('keep the sum of what is moved back and forth', async () => {
    const accounts = Array.from({ length: 4 }, (_, index) => `account/${index}`)
    const setUp = fresh.memory.as(ann)
    for (const key of accounts) await setUp.facts.set(key, 100)
    const move = (view: View, from: string, to: string): Promise<void> =>
      view.transaction(async ({ facts }) => {
        const left = (await facts.get<number>(from)) ?? 0
        if (left < 7) return
        await facts.set(from, left - 7)
        await facts.set(to, ((await facts.get<number>(to)) ?? 0) + 7)
      })
    const moves = [fresh.memory.as(ann), other.as(bob)].map(async (view, who) => {
      for (let count = 0; count < 25; count += 1) {
        const from = accounts[(count * 3 + who) % 4] ?? ''
        await move(view, from, accounts[(count + 1 + who * 2) % 4] ?? '')
      }
    })
    await Promise.all(moves)
    const left = await setUp.transaction(({ facts }) => facts.getMany<number>(accounts))
    expect(left.reduce((sum: number, one) => sum + (one ?? 0), 0)).toBe(400)
  })

  it('leave one doctor on call, of two who both want to leave', async () => {
    const { facts } = fresh.memory.as(ann)
    await facts.set('on call/ann', true)
    await facts.set('on call/bob', true)
    const leave = (view: View): Promise<boolean> =>
      view.transaction(async (tx) => {
        const { items } = await tx.facts.list<boolean>({ prefix: 'on call/' })
        const isEnough = items.filter(({ value }) => value).length > 1
        if (isEnough) await tx.facts.set(`on call/${view.principal.id}`, false)
        return isEnough
      })
    const left = await Promise.all([leave(fresh.memory.as(ann)), leave(other.as(bob))])
    expect(left.filter(Boolean)).toHaveLength(1)
  })

  describe('when the connection breaks', () => {
    it('say that the outcome is unknown, and are not tried again', async () => {
      const { driver, faults } = faultyStore(fresh.driver)
      await using memory = await openMemory({ store: driver })
      const view = memory.as(ann)
      await view.facts.set('n', 1)
      let attempts = 0
      faults.fail('write', { collection: 'facts', when: 'after' })
      const unknown = view.transaction(async ({ facts }) => {
        attempts += 1
        await facts.set('n', ((await facts.get<number>('n')) ?? 0) + 1)
      })
      await expect(unknown).rejects.toMatchObject({ code: 'SKEIN_OUTCOME_UNKNOWN' })
      expect(attempts).toBe(1)
      expect((await view.facts.read('n', { consistency: 'strong' }))?.value).toBe(2)
    })
  })
}
