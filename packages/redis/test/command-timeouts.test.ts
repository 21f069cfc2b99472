import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'

import { afterAll, describe, expect, it } from 'vitest'

import { CommandTimeouts } from '../src/connection/command-timeouts.ts'
import { makeClient } from '../src/connection/make-client.ts'
import { resolveRedisOptions } from '../src/connection/redis-options.ts'
import { missing, startServer } from './redis-server.ts'

describe.skipIf(missing)(`Commands without an answer${missing ? ` (${missing})` : ''}`, async () => {
  const server = missing ? undefined : await startServer('--appendonly', 'no')
  const client = makeClient(resolveRedisOptions({ url: server?.url ?? 'redis://none', commandTimeoutMs: 100 }))
  afterAll(async () => {
    client.disconnect()
    await server?.stop()
  })

  /** A busy machine may take longer than the timeout of a command. */
  const isAnswered = (ask: () => Promise<unknown>, answer: unknown): Promise<void> =>
    expect.poll(() => ask().catch(String), { timeout: 60_000 }).toEqual(answer)

  it('all time out, and their late answers go to no other command', async () => {
    // The next command reports what the event does.
    client.on('error', () => {})
    await client.connect()
    await isAnswered(() => client.setnx('there', Buffer.from('1')).then(() => client.exists('there')), 1)
    for (let round = 0; round < 2; round += 1) {
      server?.signal('SIGSTOP')
      const asked = Array.from({ length: 50 }, () => client.exists('absent'))
      const later = new Promise((resolve) => setImmediate(resolve)).then(() => client.time())
      const answers = await Promise.allSettled([...asked, later])
      server?.signal('SIGCONT')
      const outcomes = answers.map((answer) => (answer.status === 'rejected' ? String(answer.reason) : answer.value))
      expect(new Set(outcomes)).toEqual(new Set(['Error: Command timed out']))
      await isAnswered(() => Promise.all([client.exists('there'), client.ping()]), [1, 'PONG'])
    }
  })

  it('time out while they wait for a connection, too', async () => {
    const port = server?.port ?? 0
    const patient = makeClient(resolveRedisOptions({ url: `redis://127.0.0.1:${port}`, commandTimeoutMs: 100 }))
    patient.on('error', () => {})
    await patient.connect()
    await server?.kill()
    await expect(patient.ping()).rejects.toThrow(/timed out|closed|max retries/i)
    await server?.restart()
    await isAnswered(() => patient.ping(), 'PONG')
    patient.disconnect()
  })

  it('are not sent once they timed out before there was a connection', async () => {
    // Shorter than the pause before a client reconnects.
    const hasty = makeClient(resolveRedisOptions({ url: server?.url ?? '', commandTimeoutMs: 25 }))
    // RedisClient names fewer methods than ioredis has: `once` takes an emitter, which it is.
    const events = hasty as unknown as NodeJS.EventEmitter
    hasty.on('error', () => {})
    // On a busy machine the question whether the server is ready times out too, and is asked again.
    const ready = once(events, 'ready')
    hasty.connect().catch(() => {})
    await ready
    hasty.disconnect(true)
    await once(events, 'reconnecting')
    await expect(hasty.setnx('late', Buffer.from('1'))).rejects.toThrow('Command timed out')
    await once(events, 'ready')
    // Answered after all commands that were sent before.
    await isAnswered(() => hasty.exists('late'), 0)
    hasty.disconnect()
  })
})

function standStill(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

it('gives the answers of all commands one chance after the event loop has stood still, and no more', async () => {
  const timeouts = new CommandTimeouts(50)
  const rejected: number[] = []
  const commands = Array.from({ length: 12 }, (_, n) => ({
    isSettled: false,
    reject(this: { isSettled: boolean }): void {
      this.isSettled = true
      rejected.push(n)
    },
  }))
  for (const command of commands) timeouts.add(command)
  standStill(200)
  // The timer has run by then.
  await pause(1)
  expect(rejected).toEqual([])
  // No answer has come, and the loop stands still again.
  standStill(400)
  await pause(1)
  expect(rejected).toEqual(commands.map((_, n) => n))
})
