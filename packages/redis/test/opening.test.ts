import { redisStore } from '@skein/redis'
import type { RedisClient } from '@skein/redis'
import { Redis } from 'ioredis'
import type { RedisOptions } from 'ioredis'
import { describe, expect, it, onTestFinished } from 'vitest'

import { connected, missing, startServer } from './redis-server.ts'

describe.skipIf(missing)(`Opening a space${missing ? ` (${missing})` : ''}`, () => {
  it('asks for all that it needs at once, and subscribes once', async () => {
    const server = await startServer('--appendonly', 'no')
    onTestFinished(() => server.stop())
    const asked: string[] = []
    let isAnswered = false
    class Recording extends Redis {
      override sendCommand(...[command, ...rest]: Parameters<Redis['sendCommand']>): unknown {
        // Before, the client greets the server.
        if (this.status === 'ready' && !isAnswered) {
          asked.push(command.name)
          const noted = (): boolean => (isAnswered = true)
          command.promise.then(noted, noted)
        }
        return super.sendCommand(command, ...rest)
      }
    }
    const given = connected(server.url, { lazyConnect: true })
    const like = (options: RedisOptions): Redis => {
      return new Recording({ ...given.options, ...options, replyMapping: 'legacy' })
    }
    const client = Object.assign(given, { isCluster: undefined, duplicate: like }) as unknown as RedisClient
    const store = await redisStore({ client }).open('default', 'writer')
    onTestFinished(() => store[Symbol.asyncDispose]())
    expect(asked.toSorted()).toEqual(['client', 'config', 'config', 'hmget', 'info', 'info', 'info', 'time'])
    const admin = connected(server.url, {})
    onTestFinished(() => admin.disconnect())
    expect(await admin.info('commandstats')).toContain('cmdstat_subscribe:calls=1,')
  })
})
