import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'

import { expect, it, onTestFinished } from 'vitest'

import { temporaryPath } from './temporary.ts'

/** What one process writes: so many records at once, and how long it rests after each write. */
interface Writer {
  readonly batch?: number
  readonly restMs?: number
}

/** Lets processes write one file for some seconds; resolves to how many writes of each were acknowledged. */
async function race(durability: string, writers: readonly Writer[]): Promise<number[]> {
  const path = temporaryPath()
  const script = join(import.meta.dirname, 'fixtures/hammering-process.ts')
  const running = writers.map(({ batch = 1, restMs = 0 }, index) => {
    const args = [script, path, `p${index}`, durability, `${batch}`, `${restMs}`]
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
    onTestFinished(() => void child.kill('SIGKILL'))
    const lines = createInterface(child.stdout)
    const ready = once(lines, 'line')
    const count = ready.then(async () => Number((await once(lines, 'line'))[0]))
    return { child, ready, count }
  })
  await Promise.all(running.map(({ ready }) => ready))
  await sleep(4_000)
  for (const { child } of running) child.stdin.end()
  return Promise.all(running.map(({ count }) => count))
}

const unfairness = (counts: readonly number[]): number => Math.max(...counts) / Math.min(...counts)

it.each(['full', 'relaxed'])(
  'four processes that write with durability %s get about as many turns',
  async (durability) => {
    expect(unfairness(await race(durability, [{}, {}, {}, {}]))).toBeLessThanOrEqual(4)
  },
)

it.each(['full', 'relaxed'])(
  'durability %s: one that writes big batches takes no turns from the others',
  async (durability) => {
    const [big = 0, ...others] = await race(durability, [{ batch: 500 }, {}, {}, {}])
    expect(unfairness(others)).toBeLessThanOrEqual(4)
    // As it writes 500 records at a time, it has the lock for longer.
    expect(big * 500).toBeGreaterThan(Math.min(...others) / 4)
  },
)

it.each(['full', 'relaxed'])('durability %s: one that is mostly idle gets its turn soon', async (durability) => {
  const [idle = 0, ...others] = await race(durability, [{ restMs: 100 }, {}, {}, {}])
  expect(unfairness(others)).toBeLessThanOrEqual(4)
  // Alone it would write less than 40 times.
  expect(idle).toBeGreaterThanOrEqual(10)
})
