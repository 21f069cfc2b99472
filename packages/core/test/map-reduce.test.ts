import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { mapReduce } from '../src/map-reduce.ts'
import { openFlock } from './open-flock.ts'

const merge = async (notes: readonly string[]): Promise<string> => `(${notes.join('')})`

describe('map-reduce', () => {
  it('maps, groups by key and merges in a tree', async () => {
    const { flock, report } = await openFlock()
    const { result, groups, stats, notes } = await flock.mapReduce({
      inputs: ['a', 'bb', 'cc', 'dddd', 'e'],
      map: report.length,
      key: (note) => (note % 2 ? 'odd' : 'even'),
      reduce: (some, options) => report.sum(some, options),
      fanIn: 2,
    })
    expect(result).toBe(10)
    expect([...groups]).toEqual([
      ['odd', 2],
      ['even', 8],
    ])
    expect(notes).toEqual([1, 2, 2, 4, 1])
    expect(stats).toEqual({ parts: 5, mapped: 5, reduces: 4 })
  })

  it('computes only the changed parts again', async () => {
    const { flock, report } = await openFlock()
    const job = (inputs: string[]) =>
      flock.mapReduce({ inputs, map: report.length, reduce: (some, options) => report.sum(some, options) })
    await job(['a', 'bb', 'ccc'])
    const before = flock.stats().activities
    expect((await job(['a', 'bbbb', 'ccc'])).result).toBe(8)
    expect(flock.stats().activities - before).toBe(2)
  })

  it('merges by size where sizes are known, two at least, in the order of the inputs', async () => {
    const seen: string[][] = []
    const totals: number[] = []
    const { result, stats } = await mapReduce<string, string>({
      inputs: ['aaaa', 'b', 'cc', 'd', 'eeeeeeeeee', 'f', 'g'],
      map: async (input) => input,
      reduce: async (some) => {
        seen.push([...some])
        return some.map((note) => note[0]).join('')
      },
      sizeOf: (note) => note.length,
      maxSize: 6,
      fanIn: 3,
      onProgress: ({ stage, done, total }) => stage === 'reduce' && totals.push(total - done),
    })
    expect(seen.slice(0, 3)).toEqual([
      ['aaaa', 'b'],
      ['cc', 'd'],
      ['eeeeeeeeee', 'f'],
    ])
    expect(result?.[0]).toBe('a')
    expect(stats.reduces).toBe(seen.length)
    expect(totals.at(-1)).toBe(0)
    expect(Math.min(...totals)).toBe(0)
  })

  it('ends whatever the sizes are, and passes over nothing', async () => {
    const sizes = fc.array(fc.nat(30), { minLength: 1, maxLength: 60 })
    const check = async (inputs: number[], fanIn: number, maxSize: number): Promise<void> => {
      const { result } = await mapReduce<number, readonly number[]>({
        inputs,
        map: async (input) => [input],
        reduce: async (some) => some.flat(),
        sizeOf: (note) => note.reduce((sum, size) => sum + size, 0),
        maxSize,
        fanIn,
      })
      expect(result).toEqual(inputs)
    }
    await fc.assert(fc.asyncProperty(sizes, fc.integer({ min: 2, max: 9 }), fc.integer({ min: 1, max: 50 }), check))
  })

  it('gives the same result in whatever order its steps end', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ minLength: 1, maxLength: 3 }), { maxLength: 40 }),
        fc.integer({ min: 2, max: 5 }),
        fc.infiniteStream(fc.integer({ min: 0, max: 3 })),
        async (inputs, fanIn, turns) => {
          const late = async (): Promise<void> => {
            for (let left = turns.next().value ?? 0; left > 0; left -= 1)
              await new Promise((resolve) => setImmediate(resolve))
          }
          const key = (note: string): string => note[0] ?? ''
          const slow = await mapReduce({
            inputs,
            map: async (input) => (await late(), input),
            reduce: async (some) => (await late(), merge(some)),
            key,
            fanIn,
          })
          const plain = await mapReduce({ inputs, map: async (input) => input, reduce: merge, key, fanIn })
          expect(slow).toEqual(plain)
          expect((slow.result ?? '').replaceAll(/[()]/g, '').length).toBe(
            inputs.join('').replaceAll(/[()]/g, '').length,
          )
        },
      ),
      { numRuns: 50 },
    )
  })

  it('announces as many steps as it takes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 2, max: 9 }), async (size, fanIn) => {
        const totals = new Set<number>()
        const { stats } = await mapReduce({
          inputs: Array.from({ length: size }, (_, index) => `${index}`),
          map: async (input) => input,
          reduce: merge,
          key: (note) => `${Number(note) % 3}`,
          fanIn,
          onProgress: ({ stage, total }) => stage === 'reduce' && totals.add(total),
        })
        expect([...totals]).toEqual(stats.reduces === 0 ? [] : [stats.reduces])
      }),
    )
  })

  it('stops at a failed part and names it, or goes on without it', async () => {
    const inputs = ['a', 'b', 'c']
    const map = async (input: string): Promise<string> => {
      if (input === 'b') throw new Error('b is bad')
      return input
    }
    await expect(mapReduce({ inputs, map, reduce: merge })).rejects.toMatchObject({
      code: 'SKEIN_MAP_REDUCE',
      failures: [{ index: 1 }],
    })
    const skipped = await mapReduce({ inputs, map, reduce: merge, onFailure: 'skip' })
    expect(skipped).toMatchObject({ result: '(ac)', notes: ['a', undefined, 'c'], failures: [{ index: 1 }] })
  })

  it('begins nothing after it was aborted', async () => {
    const stop = new AbortController()
    let begun = 0
    const map = async (input: number): Promise<number> => {
      begun += 1
      if (begun === 3) stop.abort(new Error('enough'))
      return input
    }
    const inputs = Array.from({ length: 100 }, (_, index) => index)
    await expect(
      mapReduce({ inputs, map, reduce: async () => 0, concurrency: 1, signal: stop.signal }),
    ).rejects.toThrow('enough')
    expect(begun).toBe(3)
  })

  it('never has more steps under way than allowed', async () => {
    let running = 0
    let most = 0
    const map = async (input: number): Promise<number> => {
      running += 1
      most = Math.max(most, running)
      await new Promise((resolve) => setImmediate(resolve))
      running -= 1
      return input
    }
    await mapReduce({
      inputs: Array.from({ length: 50 }, (_, index) => index),
      map,
      reduce: async () => 0,
      concurrency: 7,
    })
    expect(most).toBe(7)
  })

  it.each([{ fanIn: 1 }, { concurrency: 0 }])('refuses %j', async (bad) => {
    await expect(mapReduce({ inputs: [], map: async () => '', reduce: merge, ...bad })).rejects.toMatchObject({
      code: 'SKEIN_OPTION',
    })
  })

  it('of nothing gives nothing', async () => {
    expect(await mapReduce({ inputs: [], map: async () => '', reduce: merge })).toMatchObject({
      result: undefined,
      notes: [],
    })
  })
})
