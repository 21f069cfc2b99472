import { Redis } from 'ioredis'
import type { RedisOptions } from 'ioredis'

import { CommandTimeouts } from './command-timeouts.ts'

/** The types of ioredis 6 accept no string together with options. */
const RedisByUrl = Redis as unknown as new (url: string, options: RedisOptions) => Redis

/**
 * Sends the first command of a turn of the event loop at once, and all others of
 * that turn together. The timeout of each command begins when it is sent.
 *
 * ioredis has options for both (`enableAutoPipelining`, `commandTimeout`). The
 * first delays each command to the end of the turn, and later ones until those
 * before are answered; the second starts a timer before anything is sent.
 */
export class PipeliningClient extends RedisByUrl {
  readonly #timeouts: CommandTimeouts
  #isCorked = false

  constructor(url: string, timeoutMs: number, options: RedisOptions) {
    super(url, options)
    this.#timeouts = new CommandTimeouts(timeoutMs)
  }

  override sendCommand(...[command, ...rest]: Parameters<Redis['sendCommand']>): unknown {
    // It timed out while it waited for a connection: its caller may have done something else since.
    if (command.isSettled) return command.promise
    const answer = super.sendCommand(command, ...rest)
    // Adding one twice is harmless: a command that waited for a connection passes here again.
    if (!command.isSettled) this.#timeouts.add(command)
    const stream = this.stream as typeof this.stream | undefined
    // There is none before the first connection.
    if (stream && !this.#isCorked) {
      this.#isCorked = true
      stream.cork()
      process.nextTick(() => {
        this.#isCorked = false
        stream.uncork()
      })
    }
    return answer
  }
}
