import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

import { listWorkers } from '@skein/bullmq'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'

import { OpenAIServer } from '../../openai/test/openai-server.ts'
import { missing, startServer } from '../../redis/test/redis-server.ts'
import type { TestServer } from '../../redis/test/redis-server.ts'
import { skein, startSkein } from './run-skein.ts'
import type { Ended } from './run-skein.ts'
import { reportText } from './sample-files.ts'

interface Report {
  readonly summary: readonly unknown[]
  readonly stats: { readonly used: { readonly calls: number } }
}

type Started = ReturnType<typeof startSkein>

/** Processes may take long to start. */
const patient = { timeout: 60_000 }

/** Three workers share the work of `skein run`; what each asks, the model's server counts. */
describe.skipIf(missing)('skein run --executor bullmq on three workers', () => {
  const folder = mkdtempSync(join(tmpdir(), 'skein-workers-'))
  let redis: TestServer
  let model: OpenAIServer
  let workers: Started[] = []

  beforeAll(async () => {
    redis = await startServer()
    model = await OpenAIServer.start()
    workers = await Promise.all([1, 2, 3].map(startWorker))
  })

  afterAll(async () => {
    for (const { child } of workers) child.kill('SIGKILL')
    await Promise.all(workers.map(({ ended }) => ended))
    await model[Symbol.asyncDispose]()
    await redis.stop()
    rmSync(folder, { recursive: true })
  })

  const ofModel = (): string[] => ['--model', 'openai:gpt-test', '--base-url', model.url]

  async function startWorker(): Promise<Started> {
    const started = startSkein(['worker', '--store', redis.url, '--threads', '1', ...ofModel()], folder)
    await once(started.child.stdout as NonNullable<typeof started.child.stdout>, 'data')
    return started
  }

  /** A document that no other test has, and the command that reads it. */
  function commandFor(part: number, ...more: readonly string[]): string[] {
    const file = join(folder, `part-${part}.txt`)
    writeFileSync(file, reportText.slice(part * 12_000, (part + 1) * 12_000))
    return ['run', file, '--json', ...ofModel(), ...more]
  }

  function startRun(command: readonly string[]): Started {
    const started = startSkein(command, folder)
    onTestFinished(() => void started.child.kill('SIGKILL'))
    return started
  }

  const onWorkers = (): string[] => ['--store', redis.url, '--executor', 'bullmq']

  /** How often each prompt came since a number of requests had come. */
  const countsSince = (before: number): Map<string, number> => {
    const counts = new Map<string, number>()
    for (const { prompt } of model.reached.slice(before)) counts.set(prompt, (counts.get(prompt) ?? 0) + 1)
    return counts
  }

  /** Holds what is asked from now on; resolves when all that runs is held, so that nothing is half done. */
  async function holdAll(): Promise<{ readonly held: ReadonlySet<string>; release: () => void }> {
    const gate = Promise.withResolvers<void>()
    const before = model.reached.length
    await model.whenReached(before + 3)
    model.fail(...Array.from({ length: 1_000 }, () => ({ kind: 'silence', until: gate.promise }) as const))
    const held = (): string[] =>
      model.reached.flatMap(({ prompt, answered }, index) => (index >= before && !answered ? [prompt] : []))
    await expect
      .poll(async () => {
        const { activities } = await listWorkers({ connection: redis.url })
        const running = activities.reduce((sum, activity) => sum + activity.running, 0)
        return running > 1 && running === held().length
      }, patient)
      .toBe(true)
    return {
      held: new Set(held()),
      release: () => {
        model.forgetFaults()
        gate.resolve()
      },
    }
  }

  function reportOf({ code, stdout, stderr }: Ended): Report {
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    return JSON.parse(stdout) as Report
  }

  it('gives the same result as threads do, and each call is made once', async () => {
    const here = reportOf(await skein(commandFor(0, '--store', 'here.db'), folder))
    const before = model.reached.length
    const there = reportOf(await skein(commandFor(0, ...onWorkers()), folder))
    expect(there.summary).toEqual(here.summary)
    expect(there.stats.used.calls).toBe(here.stats.used.calls)
    expect(model.reached.length - before).toBe(before)
    expect(Math.max(...countsSince(before).values())).toBe(1)
  })

  it('goes on when a worker is killed: nothing is asked again but what it was asking', async () => {
    const before = model.reached.length
    const { ended } = startRun(commandFor(1, ...onWorkers()))
    const { held, release } = await holdAll()
    const [victim] = workers
    victim?.child.kill('SIGKILL')
    await victim?.ended
    release()
    reportOf(await ended)
    for (const [prompt, count] of countsSince(before)) expect(count).toBeLessThanOrEqual(held.has(prompt) ? 2 : 1)
    workers = [...workers.slice(1), await startWorker()]
  })

  it('goes on when Redis is killed for three seconds', async () => {
    const before = model.reached.length
    const { ended } = startRun(commandFor(2, ...onWorkers()))
    const { held, release } = await holdAll()
    await redis.kill()
    release()
    // This long it is away: the fault itself, nobody waits for an event.
    await pause(3_000)
    await redis.restart()
    const { stderr, ...rest } = await ended
    expect(stderr).toMatch(
      /^(?:skein: The memory "default" has lost the connection to its store, and continues when it is back\.\nSee \S+#skein_disconnected\n)?$/,
    )
    reportOf({ ...rest, stderr: '' })
    for (const [prompt, count] of countsSince(before)) expect(count).toBeLessThanOrEqual(held.has(prompt) ? 2 : 1)
  })

  it('is run again when it is killed: only what was missing is asked', async () => {
    const before = model.reached.length
    const { child, ended } = startRun(commandFor(3, ...onWorkers()))
    const { release } = await holdAll()
    child.kill('SIGKILL')
    await ended
    release()
    reportOf(await skein(commandFor(3, ...onWorkers()), folder))
    // Not even what was under way: its workers have gone on.
    expect(Math.max(...countsSince(before).values())).toBe(1)
  })

  it('stops at the budget of the run, whose model the workers do not have', async () => {
    const before = model.reached.length
    const { code, stderr } = await skein(commandFor(4, ...onWorkers(), '--budget-calls', '2'), folder)
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('budget') })
    expect(model.reached.length - before).toBe(2)
  })

  it('is stopped with SIGTERM: each worker ends by itself', async () => {
    for (const { child } of workers) child.kill('SIGTERM')
    expect((await Promise.all(workers.map(({ ended }) => ended))).map(({ code }) => code)).toEqual([0, 0, 0])
    const { stdout } = await skein(['workers', '--store', redis.url, '--json'], folder)
    expect(JSON.parse(stdout)).toMatchObject({ workers: [] })
  })

  it('refuses a store that workers do not reach', async () => {
    const { code, stderr } = await skein(['worker', '--store', 'flock.db'], folder)
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('Name a store on Redis') })
  })
})
