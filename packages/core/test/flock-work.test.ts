import { agent, behavior, extractiveModel, pipe } from '@skein/core'
import type { ActivityContext, Question } from '@skein/core'
import { sqliteStore } from '@skein/sqlite'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { threadId } from 'node:worker_threads'
import { describe, expect, it, onTestFinished } from 'vitest'

import { nextEvent, openFlock } from './open-flock.ts'

const officer = { id: 'cora', role: 'chief', clearance: { level: 'confidential' } } as const

describe('functions of the file itself', () => {
  it('run on this thread with the memory, the model and a signal', async () => {
    const { flock, memory: shared } = await openFlock()
    const version = await flock.run(async ({ memory, model, signal }) => {
      expect([threadId, signal.aborted, model.id]).toEqual([0, false, extractiveModel().id])
      return (await memory.facts.set('motto', 'Share.')).version
    })
    expect(version).toBe(1)
    expect(await shared.as(officer).facts.get('motto')).toBe('Share.')
  })

  it('map inputs in order, as many at once as allowed, and merge in a tree', async () => {
    const { flock } = await openFlock()
    let [running, most] = [0, 0]
    const measure = async (_: ActivityContext, text: string): Promise<number> => {
      most = Math.max(most, ++running)
      await new Promise((resolve) => setImmediate(resolve))
      running -= 1
      return text.length
    }
    const lengths = await flock.map(['to', 'be or', 'not'], measure, { concurrency: 2 })
    expect([lengths, most]).toEqual([[2, 5, 3], 2])
    const steps: (readonly number[])[] = []
    const sum = await flock.reduce(
      lengths,
      (_, some) => {
        steps.push(some)
        return some.reduce((a, b) => a + b)
      },
      { fanIn: 2 },
    )
    expect([sum, steps]).toEqual([
      10,
      [
        [2, 5],
        [7, 3],
      ],
    ])
    expect(await flock.map([], measure)).toEqual([])
    expect(await flock.reduce([7], () => 0)).toBe(7)
  })

  it('compute once what is named, also in another flock after a restart, until their text changes', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'skein-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    let calls = 0
    const double = async (_: ActivityContext, n: number): Promise<number> => ((calls += 1), n * 2)
    for (const round of [1, 2]) {
      const { flock, memory } = await openFlock(sqliteStore(join(folder, 'memory.db')))
      expect(await flock.map([1, 2, 1], double, { once: 'double' })).toEqual([2, 4, 2])
      expect([round, calls]).toEqual([round, 2])
      if (round === 2) {
        expect(await flock.map([1], (_, n) => ((calls += 1), n + n), { once: 'double' })).toEqual([2])
        expect(await flock.map([1], double)).toEqual([2])
        expect(calls).toBe(4)
      }
      await flock.close()
      await memory.close()
    }
  })

  it('join equal work that runs', async () => {
    const { flock } = await openFlock()
    const { promise, resolve } = Promise.withResolvers<string>()
    let calls = 0
    const wait = (): Promise<string> => ((calls += 1), promise)
    const both = Promise.all([flock.run(wait, { once: 'wait' }), flock.run(wait, { once: 'wait' })])
    await nextEvent(flock, 'activity.started')
    resolve('done')
    expect([await both, calls]).toEqual([['done', 'done'], 1])
  })

  it('pass on how sensitive it is what they read', async () => {
    const { flock, memory: shared } = await openFlock()
    await shared.as(officer).facts.set('plan', 'move', { sensitivity: 'confidential' })
    await flock.run(async ({ memory }) => memory.facts.set('note', `We ${await memory.facts.get<string>('plan')}.`), {
      as: officer,
    })
    expect(await shared.as({ id: 'ann', role: 'clerk' }).facts.get('note')).toBeUndefined()
    expect(await shared.as(officer).facts.get('note')).toBe('We move.')
  })

  it('give bytes that stay as they are', async () => {
    const { flock, memory: shared } = await openFlock()
    const ref = await shared.as(officer).objects.put(new Uint8Array(100_000).fill(7))
    const bytes = await flock.run(async ({ memory }) => memory.objects.bytes(ref))
    expect(bytes.buffer).not.toBeInstanceOf(SharedArrayBuffer)
    expect(bytes.every((byte) => byte === 7)).toBe(true)
  })

  it('are aborted by their signal, and by the end of the flock', async () => {
    const { flock } = await openFlock()
    const reasons: unknown[] = []
    const wait = ({ signal }: ActivityContext): Promise<never> =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => (reasons.push(signal.reason), reject(signal.reason as Error)))
      })
    const control = new AbortController()
    const aborted = flock.run(wait, { signal: control.signal })
    const closed = flock.map([1], wait)
    const late = flock.run(wait, { timeoutMs: 1 })
    const all = Promise.allSettled([aborted, closed, late])
    await nextEvent(flock, 'activity.failed')
    control.abort(new Error('enough'))
    await flock.close()
    const codes = (await all).map((one) => (one as PromiseRejectedResult).reason as { code?: string; message: string })
    expect(codes.map(({ code, message }) => code ?? message)).toEqual([
      'enough',
      'SKEIN_MAP_REDUCE',
      expect.any(String),
    ])
    expect(reasons).toHaveLength(3)
    await expect(flock.run(wait)).rejects.toMatchObject({ code: 'SKEIN_FLOCK_CLOSED' })
    await expect(flock.map([], wait)).rejects.toMatchObject({ code: 'SKEIN_FLOCK_CLOSED' })
    await expect(flock.reduce([1], () => 1)).rejects.toMatchObject({ code: 'SKEIN_FLOCK_CLOSED' })
  })

  it('fail as a map with the inputs that failed; no further step begins', async () => {
    const { flock } = await openFlock()
    const begun: number[] = []
    const pick = (_: ActivityContext, n: number): number => {
      begun.push(n)
      if (n === 2) throw new Error('not two')
      return n
    }
    const failed = flock.map([1, 2, 3, 4], pick, { concurrency: 1 })
    await expect(failed).rejects.toMatchObject({ code: 'SKEIN_MAP_REDUCE', failures: [{ index: 1 }] })
    expect(begun).toEqual([1, 2])
  })

  it('are tried again as their policy says', async () => {
    const { flock } = await openFlock()
    let calls = 0
    const flaky = (): string => {
      if ((calls += 1) < 3) throw new Error('again')
      return 'there'
    }
    expect(await flock.run(flaky, { retry: { maxRetries: 2, baseDelayMs: 1 } })).toBe('there')
  })

  it('say what is wrong with what they are given', async () => {
    const { flock, report } = await openFlock()
    const say = (_: ActivityContext, text: string): string => text
    const wrong: readonly (readonly [Promise<unknown>, string])[] = [
      [flock.run(undefined as never), 'work'],
      [flock.map('text' as never, say), 'inputs'],
      [flock.map(['a'], say, { concurrency: 0 }), 'concurrency'],
      [flock.map(['a'], say, { once: '' }), 'once'],
      [flock.map(['a'], say.bind(undefined), { once: 'say' }), 'once'],
      [flock.map([1], report.double, { once: 'double' }), 'once'],
      [flock.reduce([], () => 1), 'notes'],
      [flock.reduce([1], () => 1, { fanIn: 1 }), 'fanIn'],
    ]
    for (const [promise, option] of wrong) await expect(promise).rejects.toMatchObject({ code: 'SKEIN_OPTION', option })
    expect(() => flock.activity({} as never)).toThrow(/function of context and input/)
    expect(() => pipe({} as never, report.double)).toThrow(/agent.step/)
  })
})

describe('a pipe', () => {
  it('hands the result of each agent on to the next, several inputs at a time', async () => {
    const { flock } = await openFlock()
    const find = flock.activity((_, topic: string) => [`${topic} is cheap`, `${topic} is clean`])
    const write = flock.activity((_, notes: readonly string[]) => notes.join('. '))
    const researcher = flock.spawn(agent({ role: 'researcher', on: { find } }))
    const [anna, bert] = [1, 2].map((n) => flock.spawn(agent({ role: 'writer', on: { write } }), { id: `writer-${n}` }))
    const article = pipe(
      researcher.step('find'),
      flock.role<never>('writer').step('write' as never) as never,
      async (text: string) => `${text}.`,
    )
    expect(await article('wind')).toBe('wind is cheap. wind is clean.')
    expect(await flock.map(['sun', 'sea'], article)).toEqual([
      'sun is cheap. sun is clean.',
      'sea is cheap. sea is clean.',
    ])
    expect([anna?.load, bert?.load]).toEqual([0, 0])
  })

  it('takes along what its steps have read: those after it write as sensitively', async () => {
    const { flock, memory: shared } = await openFlock()
    await shared.as(officer).facts.set('plan', 'move', { sensitivity: 'confidential' })
    const spy = flock.spawn(
      agent({ role: 'spy', on: { look: flock.activity(({ memory }) => memory.facts.get<string>('plan')) } }),
      { clearance: { level: 'confidential' } },
    )
    const clerk = flock.spawn(
      agent({
        role: 'clerk',
        on: {
          file: flock.activity(
            async ({ memory }, text: string | undefined) => void (await memory.facts.set('file', text ?? '')),
          ),
        },
      }),
      { clearance: { level: 'confidential' } },
    )
    await pipe(spy.step('look'), clerk.step('file'))(undefined)
    expect(await shared.as({ id: 'ann', role: 'clerk' }).facts.get('file')).toBeUndefined()
    expect(await shared.as(officer).facts.get('file')).toBe('move')
  })

  it('stops at the step that fails, with its error, and at its signal', async () => {
    const { flock } = await openFlock()
    type Asks = Question<'try', number, number>
    const picky = flock.spawn(
      behavior({
        role: 'picky',
        initial: 0,
        receive: (count, message: Asks, { reply, refuse }) => {
          if (message.input > 1) refuse(message, new Error('too much'))
          else reply(message, message.input + 1)
          return count + 1
        },
      }),
    )
    const more = pipe(picky.step('try'), picky.step('try'), picky.step('try'))
    await expect(more(0)).rejects.toThrow('too much')
    expect(picky.snapshot).toMatchObject({ context: 3 })
    await expect(more(0, { signal: AbortSignal.abort(new Error('never mind')) })).rejects.toThrow('never mind')
    await expect(more(0, { signl: 1 } as never)).rejects.toMatchObject({ code: 'SKEIN_OPTION' })
  })

  it('takes activities of modules, as maps and reductions do, with their threads and their settings', async () => {
    const { flock, report, events } = await openFlock(undefined, { threads: 1 })
    const isMain = flock.activity((_, thread: number) => thread === 0)
    expect(await flock.map([null], pipe(report.whereAmI, isMain))).toEqual([false])
    const lengths = await flock.map(['a', 'bb', 'bb'], report.length)
    expect(await flock.reduce(lengths, report.sum)).toBe(5)
    expect(events.filter(({ type }) => type === 'activity.reused')).toHaveLength(1)
    const { result } = await flock.mapReduce({
      inputs: ['a', 'bb', 'bb'],
      map: pipe(report.length, async (length) => length),
      reduce: report.sum,
      onRetract: 'keep',
    })
    expect(result).toBe(5)
  })
})
