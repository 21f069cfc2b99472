import { Redis } from 'ioredis'
import type { RedisOptions } from 'ioredis'

import { CommandDeadlines } from './command-deadlines.ts'
import type { RedisClient } from './redis-client.ts'
import type { ResolvedRedisOptions } from './redis-options.ts'

/** By its types it takes no plain text with options. */
const RedisByUrl = Redis as unknown as new (url: string, options: RedisOptions) => Redis

/**
 * Sends the first command of a turn of the event loop at once, and all others of
 * that turn together. Each one's time-out begins when it is sent.
 *
 * ioredis has options for both (`enableAutoPipelining`, `commandTimeout`). The
 * one lets each command wait for the turn to end, and all later ones for the
 * answers to those before; the other starts a timer before anything is sent.
 */
class TurnClient extends RedisByUrl {
  readonly #deadlines: CommandDeadlines
  #isCollecting = false

  constructor(url: string, timeoutMs: number, options: RedisOptions) {
    super(url, options)
    this.#deadlines = new CommandDeadlines(timeoutMs)
  }

  override sendCommand(...[command, ...rest]: Parameters<Redis['sendCommand']>): unknown {
    // It waited for a connection and was given up: who asked for it may have done something else since.
    if (command.isSettled) return command.promise
    const answer = super.sendCommand(command, ...rest)
    // Twice does no harm: what waited for a connection comes by here again.
    if (!command.isSettled) this.#deadlines.add(command)
    const stream = this.stream as typeof this.stream | undefined
    // There is none before the first connection.
    if (stream && !this.#isCollecting) {
      this.#isCollecting = true
      stream.cork()
      process.nextTick(() => {
        this.#isCollecting = false
        stream.uncork()
      })
    }
    return answer
  }
}

/** Makes a client for a URL that sends the commands of one turn together, and none of them twice. */
export function makeClient({ url, commandTimeoutMs, connectTimeoutMs }: ResolvedRedisOptions): RedisClient {
  const options: RedisOptions = {
    lazyConnect: true,
    // A write that was under way when the link broke may have happened: whoever asked for it has to know.
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 3,
    connectTimeout: connectTimeoutMs,
    retryStrategy: (attempt) => Math.min(50 * attempt, 1_000),
  }
  // Its methods have many more forms than are asked of it.
  return new TurnClient(url, commandTimeoutMs, options) as unknown as RedisClient
}

/** What a client's second connection, which hears of changes, is made with beside the options of the first. */
export function listenerOptions({ client, commandTimeoutMs }: ResolvedRedisOptions): RedisOptions {
  const timeout = client ? {} : { commandTimeout: commandTimeoutMs }
  return { ...timeout, enableAutoPipelining: false, lazyConnect: true }
}
