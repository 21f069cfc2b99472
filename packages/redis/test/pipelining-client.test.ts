import { once } from 'node:events'

import { afterAll, describe, expect, it } from 'vitest'

import { PipeliningClient } from '../src/connection/pipelining-client.ts'
import { missing, startServer } from './redis-server.ts'

describe.skipIf(missing)(`The commands of one turn${missing ? ` (${missing})` : ''}`, async () => {
  const server = missing ? undefined : await startServer('--appendonly', 'no')
  afterAll(() => server?.stop())

  it('leave together, but for the first one, and as soon as there is much to send', async () => {
    const client = new PipeliningClient({ port: server?.port ?? 0 }, 5_000)
    await once(client, 'ready')
    const waiting = (): number => client.stream.writableLength
    const answers = [client.set('a', 'small')]
    expect(waiting()).toBe(0)
    answers.push(client.set('b', 'small'))
    expect(waiting()).toBeGreaterThan(0)
    answers.push(client.set('c', 'x'.repeat(5_000)))
    expect(waiting()).toBe(0)
    answers.push(client.set('d', 'small'))
    expect(waiting()).toBeGreaterThan(0)
    expect(await Promise.all(answers)).toEqual(['OK', 'OK', 'OK', 'OK'])
    client.disconnect()
  })
})
