import { ownFile, ReadScope } from '@skein/memory/runtime'
import type { Memory, Principal } from '@skein/memory'
import type { Label } from '@skein/memory/store'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import type { ActivityOutcome, ActivityTask, Executor, RunOptions } from '../activities/executor.ts'
import { createFlock } from '../create-flock.ts'
import { extractiveModel } from '../extractive/extractive-model.ts'

/** What {@link describeExecutor} works with. */
export interface OpenExecutor {
  /** The memory of the caller. */
  readonly memory: Memory
  readonly executor: Executor
  /** Closes everything but the executor. */
  close(): Promise<void>
}

/** Options of {@link describeExecutor}. */
export interface ExecutorContractOptions {
  /**
   * Makes a memory, and an executor that runs one `compute` activity at a time.
   *
   * @param module - The URL of the module whose activities it has to run, for workers that must know it.
   */
  open(module: URL): Promise<OpenExecutor>
}

/** Threads may take long to start. */
const patient = { timeout: 60_000 }
const module = ownFile('@skein/core', import.meta.url, 'describe-executor', './contract-activities.js')
const ann: Principal = { id: 'ann', role: 'reader', clearance: { level: 'confidential' } }
const open: Label = { sensitivity: 'public', compartments: [] }

/**
 * Declares the tests that every executor must pass: what runs elsewhere behaves as in a thread of this process. Needs
 * vitest.
 */
export function describeExecutor(name: string, options: ExecutorContractOptions): void {
  describe(`Executor contract: ${name}`, () => {
    let opened: OpenExecutor
    beforeAll(async () => {
      opened = await options.open(module)
    })
    afterAll(async () => {
      await opened.executor[Symbol.asyncDispose]()
      await opened.close()
    })

    const run = (task: Partial<ActivityTask> & { readonly name: string }, how?: RunOptions): Promise<ActivityOutcome> =>
      opened.executor.run({ module: module.href, kind: 'compute', input: null, principal: ann, ...task }, how)

    /** An activity that has begun, and how to stop it. */
    const begun = async (task: Partial<ActivityTask> & { readonly name: string }) => {
      const stop = new AbortController()
      const started = Promise.withResolvers<unknown>()
      const ended = run(task, { signal: stop.signal, onProgress: started.resolve })
      ended.catch(started.reject)
      await started.promise
      return { stop, ended }
    }

    describe('describes a module', () => {
      it('by the digest of its text and the options of its activities', async () => {
        const { digest, activities } = await opened.executor.describe(module.href)
        expect(digest).toMatch(/^[0-9a-f]{64}$/)
        expect(activities['double']).toMatchObject({ kind: 'compute', shared: false, version: '1' })
        expect(activities['described']).toEqual({
          kind: 'io',
          shared: true,
          version: '7',
          timeoutMs: 60_000,
          priority: 3,
        })
      })

      it('unless it can not be loaded', async () => {
        const absent = new URL('./absent-activities.js', module)
        const described = opened.executor.describe(absent.href)
        await expect(described).rejects.toMatchObject({ code: 'SKEIN_ACTIVITY_LOAD', module: absent.href })
      })
    })

    describe('runs an activity', () => {
      it('and says how long it took, where, and what it had read', async () => {
        const outcome = await run({ name: 'double', input: 21 })
        expect(outcome).toMatchObject({ output: 42, label: open })
        expect(outcome.durationMs).toBeGreaterThanOrEqual(0)
        expect(outcome.worker).not.toBe('')
      })

      it('whose start is reported before its progress, and its progress in order before its end', async () => {
        const seen: unknown[] = []
        const { output } = await run(
          { name: 'countTo', input: 20 },
          { onStarted: () => seen.push('started'), onProgress: (value) => seen.push(value) },
        )
        expect(seen).toEqual(['started', ...Array.from({ length: 20 }, (_, index) => index + 1)])
        expect(output).toBe('counted')
      })

      it('for a principal, at the label of its input and of what it reads', async () => {
        const view = opened.memory.as(ann)
        await view.facts.set('contract/plan', 'attack at dawn', { sensitivity: 'confidential' })
        const labels: Label[] = []
        const input = { from: 'contract/plan', to: 'contract/copy' }
        const onProgress = (_: unknown, label: Label): void => void labels.push(label)
        const { output, label } = await run({ name: 'copyFact', input }, { onProgress })
        expect(output).toBe('attack at dawn')
        expect([label, ...labels]).toMatchObject([{ sensitivity: 'confidential' }, { sensitivity: 'confidential' }])
        expect(await view.facts.get('contract/copy')).toBe('attack at dawn')
        expect(await opened.memory.as({ id: 'bob', role: 'reader' }).facts.get('contract/copy')).toBeUndefined()
      })

      it('that writes about whom its input is', async () => {
        await opened.memory.as(ann).facts.set('contract/source', 1, { subject: 'contract/person' })
        using scope = new ReadScope()
        await opened.memory.as(ann, scope).facts.get('contract/source')
        const input = { from: 'contract/none', to: 'contract/about' }
        await run({ name: 'copyFact', input, sources: scope.sources })
        const officer = opened.memory.as({ ...ann, id: 'olga', rights: ['erase'] })
        const report = await officer.forget({ subject: 'contract/person' }, { reason: 'asked' })
        expect(report.forgotten).toMatchObject({ facts: 2 })
        expect(await opened.memory.as(ann).facts.read('contract/about')).toBeUndefined()
      })

      it('that asks the model', async () => {
        const { output } = await run({ name: 'askModel', input: 'The bridge opened in 1932. It is long.' })
        expect(output).toContain('1932')
      })

      it('with a higher priority before one with a lower', async () => {
        const blocker = await begun({ name: 'untilFact', input: 'contract/go', principal: ann })
        const input = (own: string): unknown => ({ list: 'contract/order', name: own })
        const low = run({ name: 'enlist', input: input('low'), priority: -1 })
        const middle = run({ name: 'enlist', input: input('middle') })
        const high = run({ name: 'enlist', input: input('high'), priority: 5 })
        // All three wait before the way is free.
        await expect.poll(() => opened.executor.waiting, patient).toBe(3)
        await opened.memory.as(ann).facts.set('contract/go', true)
        await Promise.all([blocker.ended, low, middle, high])
        expect(await opened.memory.as(ann).facts.get('contract/order')).toEqual(['high', 'middle', 'low'])
      })
    })

    describe('fails', () => {
      it('as the activity failed, with class, code, fields and cause', async () => {
        const failed = run({ name: 'fail' })
        await expect(failed).rejects.toMatchObject({
          name: 'OptionError',
          code: 'SKEIN_OPTION',
          option: 'thing',
          cause: { message: 'the root' },
        })
      })

      it('and says first how sensitive the error is', async () => {
        await opened.memory.as(ann).facts.set('contract/secret', 'mice', { sensitivity: 'confidential' })
        const labels: Label[] = []
        const failed = run(
          { name: 'readAndFail', input: 'contract/secret' },
          { onLabel: (label) => labels.push(label) },
        )
        await expect(failed).rejects.toThrow('It says mice.')
        expect(labels).toMatchObject([{ sensitivity: 'confidential' }])
      })

      it('when the module exports no such activity', async () => {
        const failed = run({ name: 'absent' })
        await expect(failed).rejects.toMatchObject({ code: 'SKEIN_ACTIVITY_UNKNOWN', activity: 'absent' })
      })

      it('when input or output are no plain data', async () => {
        await expect(run({ name: 'double', input: () => {} })).rejects.toMatchObject({ code: 'SKEIN_ACTIVITY_INPUT' })
        await expect(run({ name: 'giveFunction' })).rejects.toMatchObject({ code: 'SKEIN_ACTIVITY_INPUT' })
      })
    })

    describe('is stopped', () => {
      it('before it begins', async () => {
        const signal = AbortSignal.abort(new Error('enough'))
        await expect(run({ name: 'double', input: 1 }, { signal })).rejects.toThrow('enough')
      })

      it('while it runs, which the activity hears of', async () => {
        const { stop, ended } = await begun({ name: 'tellsOfAbort', kind: 'io', input: 'contract/heard' })
        stop.abort(new Error('enough'))
        await expect(ended).rejects.toThrow('enough')
        await expect.poll(() => opened.memory.as(ann).facts.get('contract/heard'), patient).toBe('aborted')
      })

      it('while it ignores its signal, and others run after it', async () => {
        const { stop, ended } = await begun({ name: 'spin' })
        stop.abort(new Error('enough'))
        await expect(ended).rejects.toThrow('enough')
        expect(await run({ name: 'double', input: 2 })).toMatchObject({ output: 4 })
      })

      it('while it waits for its turn', async () => {
        const blocker = await begun({ name: 'untilFact', input: 'contract/never' })
        const stop = new AbortController()
        const waiting = run({ name: 'enlist', input: { list: 'contract/nobody', name: 'x' } }, { signal: stop.signal })
        await expect.poll(() => opened.executor.waiting, patient).toBe(1)
        stop.abort(new Error('enough'))
        await expect(waiting).rejects.toThrow('enough')
        expect(opened.executor.waiting).toBe(0)
        blocker.stop.abort(new Error('enough'))
        await expect(blocker.ended).rejects.toThrow('enough')
        expect(await run({ name: 'double', input: 3 })).toMatchObject({ output: 6 })
        expect(await opened.memory.as(ann).facts.get('contract/nobody')).toBeUndefined()
      })
    })

    it('runs shared work once, whoever asks', async () => {
      const executor: Executor = { ...boundTo(opened.executor), [Symbol.asyncDispose]: async () => {} }
      const flock = await createFlock({ memory: opened.memory, model: extractiveModel(), executor })
      const work = flock.activities<typeof import('./contract-activities.ts')>(module)
      const counts = await Promise.all([1, 2, 3].map(() => work.sharedCount('contract/shared')))
      expect(counts).toEqual([1, 1, 1])
      expect(await work.sharedCount('contract/shared')).toBe(1)
      await flock.close()
    })

    // Last: it closes the executor.
    it('ends with the executor', async () => {
      const { ended } = await begun({ name: 'spin' })
      const closed = expect(ended).rejects.toMatchObject({ code: 'SKEIN_FLOCK_CLOSED' })
      await opened.executor[Symbol.asyncDispose]()
      await closed
      await expect(run({ name: 'double', input: 1 })).rejects.toMatchObject({ code: 'SKEIN_FLOCK_CLOSED' })
    })
  })
}

function boundTo(executor: Executor): Pick<Executor, 'run' | 'describe'> {
  return {
    run: (task, options) => executor.run(task, options),
    describe: (url, signal) => executor.describe(url, signal),
  }
}
