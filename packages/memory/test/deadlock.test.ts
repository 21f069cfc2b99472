import { mapStore, openMemory } from '@skein/memory'
import type { View } from '@skein/memory'
import { describe, expect, it, onTestFinished } from 'vitest'

import { findDeadlock } from '../src/space/find-deadlock.ts'
import type { Wait } from '../src/space/find-deadlock.ts'

/** Agents in as many processes as there are names, on one store. */
async function agents<Name extends string>(...names: Name[]): Promise<Record<Name, View>> {
  const store = mapStore()
  const opened = names.map(async (name) => {
    const memory = await openMemory({ store })
    onTestFinished(() => memory.close())
    return [name, memory.as({ id: name, role: 'test' })] as const
  })
  return Object.fromEntries(await Promise.all(opened)) as Record<Name, View>
}

/** Resolves for everybody once all have come. */
function meeting(count: number): () => Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  let left = count
  return () => {
    left -= 1
    if (left === 0) resolve()
    return promise
  }
}

const deadlock = (cycle: readonly string[]) =>
  expect.objectContaining({ code: 'SKEIN_DEADLOCK', cycle: expect.arrayContaining([...cycle]) })

describe('work that waits for itself is told so', () => {
  it('by its own key inside of it', async () => {
    const { ann } = await agents('ann')
    const asked = ann.once('a', () => ann.once('a', () => 1))
    await expect(asked).rejects.toEqual(deadlock(['a']))
    await expect(asked).rejects.toThrow('"a" waits for "a"')
  })

  it.each([
    ['in one process', ['ann', 'ann']],
    ['in two processes', ['ann', 'bob']],
  ])('by two keys the other way round, %s', async (_, [first = '', second = '']) => {
    const views = await agents('ann', 'bob')
    const both = meeting(2)
    const nest = async (view: View | undefined, outer: string, inner: string): Promise<unknown> => {
      const work = async (): Promise<unknown> => {
        await both()
        return view?.once(inner, () => `${inner} inside ${outer}`)
      }
      return view?.once(outer, work)
    }
    const outcomes = await Promise.allSettled([
      nest(views[first as 'ann'], 'x', 'y'),
      nest(views[second as 'bob'], 'y', 'x'),
    ])
    const reasons = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as Error] : []))
    const told = reasons.map((reason) => (reason.cause ?? reason) as Error)
    expect(told).toContainEqual(deadlock(['x', 'y']))
    // The keys are free again.
    expect(await views.ann.once('y', () => 'later')).toMatchObject({ value: 'later' })
  })

  it('by an update of the same fact inside of it', async () => {
    const { ann } = await agents('ann')
    const update = ann.facts.update('k', async () => (await ann.facts.update('k', () => 1)).value)
    await expect(update).rejects.toEqual(deadlock(['facts/k']))
    expect(await ann.facts.update('k', () => 2)).toMatchObject({ value: 2 })
  })

  it('by a fact inside of work inside of the fact', async () => {
    const { ann } = await agents('ann')
    const inner = () => ann.once('w', async () => (await ann.facts.update('k', () => 1)).value)
    await expect(ann.facts.update('k', inner)).rejects.toEqual(deadlock(['facts/k', 'w']))
  })
})

describe('work that only takes long is left alone', () => {
  it('when it waits for other work, which waits for nobody', async () => {
    const { ann, bob } = await agents('ann', 'bob')
    const started = Promise.withResolvers<void>()
    const end = Promise.withResolvers<void>()
    const slow = bob.once('slow', async () => {
      started.resolve()
      await end.promise
      return 'done'
    })
    await started.promise
    const asked = ann.once('outer', async () => (await ann.once('slow', () => 'mine')).value)
    // Longer than it takes to find a deadlock.
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    end.resolve()
    expect(await asked).toMatchObject({ value: 'done' })
    await slow
  })

  it('when it begins other work of the same key after its own end', async () => {
    const { ann } = await agents('ann')
    const later: Promise<unknown>[] = []
    const work = (): number => {
      later.push(new Promise((resolve) => setTimeout(resolve, 10)).then(() => ann.once('a', () => 2)))
      return 1
    }
    await ann.once('a', work)
    expect(await later[0]).toMatchObject({ value: 1, reused: true })
  })
})

describe('among known waits', () => {
  const waits: Record<string, Wait> = {
    'a for b': { chain: ['a'], anyOf: ['b'] },
    'b for a': { chain: ['b'], anyOf: ['a'] },
    'b for c': { chain: ['b'], anyOf: ['c'] },
    'c for a': { chain: ['c'], anyOf: ['a'] },
    'c for a or d': { chain: ['c'], anyOf: ['a', 'd'] },
    'd in a for b': { chain: ['a', 'd'], anyOf: ['b'] },
    'b for d': { chain: ['b'], anyOf: ['d'] },
    'd for nobody': { chain: ['d'], anyOf: [] },
  }
  it.each<[string[], string[] | undefined]>([
    [['a for b'], undefined],
    [
      ['a for b', 'b for a'],
      ['a', 'b'],
    ],
    [['a for b', 'b for c'], undefined],
    [
      ['a for b', 'b for c', 'c for a'],
      ['a', 'b', 'c'],
    ],
    // Room is where d leaves it.
    [['a for b', 'b for c', 'c for a or d'], undefined],
    [['a for b', 'b for c', 'c for a or d', 'd for nobody'], undefined],
    [
      ['d in a for b', 'b for d'],
      ['b', 'd'],
    ],
    [
      ['d in a for b', 'b for a'],
      ['a', 'b', 'd'],
    ],
  ])('%j: %j', (names, expected) => {
    const all = names.map((name) => waits[name] as Wait)
    expect(findDeadlock(all[0] as Wait, all)?.toSorted()).toEqual(expected)
  })
})
