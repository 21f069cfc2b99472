import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Worker } from 'node:worker_threads'

import { createFlock } from '@skein/core'
import type { Flock, FlockOptions } from '@skein/core'
import { mapStore, openMemory } from '@skein/memory'
import { describe, expect, it, onTestFinished } from 'vitest'

const run = promisify(execFile)
const program = join(import.meta.dirname, 'fixtures/compile-cache-process.ts')

async function open(threads: FlockOptions['threads']) {
  const memory = await openMemory({ store: mapStore() })
  onTestFinished(() => memory.close())
  const flock: Flock = await createFlock({ memory, ...(threads !== undefined && { threads }) })
  onTestFinished(() => flock.close())
  return flock.activities<typeof import('./fixtures/setting.ts')>(new URL('./fixtures/setting.ts', import.meta.url))
}

describe('the threads of a flock', () => {
  it('get the environment, the options of Node and the limits that are set', async () => {
    const { settings } = await open({
      threads: 1,
      env: { GREETING: 'hello' },
      execArgv: ['--no-warnings'],
      maxHeapMb: 96,
      maxYoungHeapMb: 8,
      codeRangeMb: 16,
      stackMb: 2,
    })
    expect(await settings('GREETING')).toEqual({
      env: 'hello',
      execArgv: ['--no-warnings'],
      limits: { maxOldGenerationSizeMb: 96, maxYoungGenerationSizeMb: 8, codeRangeSizeMb: 16, stackSizeMb: 2 },
    })
    expect(await settings('PATH')).toMatchObject({ env: undefined })
  })

  it('get those of the process otherwise', async () => {
    const { settings } = await open(1)
    expect(await settings('PATH')).toMatchObject({ env: process.env['PATH'] })
  })

  it('keep compiled code where the process does', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'skein-compiled-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    // Of its own, without the cache that the runner of these tests may have turned on.
    const { NODE_COMPILE_CACHE: _, ...env } = process.env
    const { stdout } = await run(process.execPath, [...process.execArgv, program, folder], { env })
    expect(JSON.parse(stdout)).toEqual({
      first: null,
      cache: expect.stringContaining(folder),
      inherited: null,
      greetings: ['hello', 'good morning'],
      own: folder,
    })
  })

  it('end when they are idle, down to minThreads', async () => {
    const kept = await open({ threads: 2, minThreads: 2, idleTimeoutMs: 10 })
    const both = async () => new Set(await Promise.all([kept.thread(null), kept.thread(null)]))
    const stay = await both()
    expect(stay.size).toBe(2)
    const { thread } = await open({ threads: 2, minThreads: 0, idleTimeoutMs: 10 })
    const first = await thread(null)
    // Asked seldom enough that it is idle for longer than that in between.
    await expect.poll(() => thread(null), { interval: 50, timeout: 30_000 }).not.toBe(first)
    expect(await both()).toEqual(stay)
  })

  it.each([
    ['an option that Node does not know', { execArgv: ['--no-such-option'] }],
    [
      'a module to preload that does not exist',
      { execArgv: ['--import', 'data:text/javascript,throw new Error("preloaded")'] },
    ],
  ])('that can not start say so: %s', async (_, options) => {
    const { thread } = await open({ threads: 2, ...options })
    const outcomes = await Promise.allSettled([thread(null), thread(null), thread(null)])
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'SKEIN_THREAD_START' } })
    }
    await expect(thread(null)).rejects.toMatchObject({ code: 'SKEIN_THREAD_START' })
  })

  it('that could not start when their module was named say why to the first activity, and warn of nothing', async () => {
    const warnings: unknown[] = []
    const ended: Promise<unknown>[] = []
    const onWarning = (warning: unknown): unknown => warnings.push(warning)
    const onWorker = (worker: Worker): unknown => ended.push(new Promise((resolve) => worker.once('exit', resolve)))
    process.on('warning', onWarning).on('worker', onWorker)
    onTestFinished(() => void process.off('warning', onWarning).off('worker', onWorker))
    const begun = once(process, 'worker')
    const { thread } = await open({ threads: 2, execArgv: ['--import', './missing.mjs'] })
    await begun
    // Each of them may be replaced.
    for (const end of ended) await end
    await new Promise((resolve) => setImmediate(resolve))
    const failure = { code: 'SKEIN_THREAD_START', message: expect.stringContaining('missing.mjs') }
    await expect(thread(null)).rejects.toMatchObject(failure)
    await expect(thread(null)).rejects.toMatchObject(failure)
    expect(warnings).toEqual([])
  })

  it.each([
    ['threads', { threads: '2' }],
    ['minThreads', { threads: 2, minThreads: 3 }],
    ['minThreads', { threads: 2, minThreads: -1 }],
    ['idleTimeoutMs', { idleTimeoutMs: -1 }],
    ['maxQueue', { maxQueue: -1 }],
    ['maxQueue', { maxQueue: 1.5 }],
    ['maxYoungHeapMb', { maxYoungHeapMb: 0 }],
    ['codeRangeMb', { codeRangeMb: '1' }],
    ['stackMb', { stackMb: 0.5 }],
    ['env', { env: 'PATH' }],
    ['env', { env: { PATH: 1 } }],
    ['env', { env: null }],
    ['execArgv', { execArgv: '--no-warnings' }],
    ['threads', null],
  ])('are refused with %s: %j', async (option, threads) => {
    await expect(open(threads as never)).rejects.toMatchObject({ code: 'SKEIN_OPTION', option })
  })
})
