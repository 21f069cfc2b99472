import { Redis } from 'ioredis'
import type { RedisOptions } from 'ioredis'

import { CommandTimeouts } from './command-timeouts.ts'

/**
 * Sends the first command of a turn of the event loop at once, and all others of
 * that turn together. The timeout of each command begins when it is sent.
 *
 * ioredis has options for both (`enableAutoPipelining`, `commandTimeout`). The
 * first delays each command to the end of the turn, and later ones until those
 * before are answered; the second starts a timer before anything is sent.
 */
export class PipeliningClient extends Redis {
  readonly #timeouts: CommandTimeouts
  #isCorked = false

  constructor(options: RedisOptions, timeoutMs: number) {
    super(withReconnect(options, timeoutMs))
    this.#timeouts = new CommandTimeouts(timeoutMs)
  }

  /**
   * Selects a database. Where the server refuses it, for example one with fewer databases that was put in the place
   * of another, ioredis would continue in database 0: the connection must not be used.
   */
  override select(...args: Parameters<Redis['select']>): ReturnType<Redis['select']> {
    const answer = super.select(...args)
    answer.catch(() => this.disconnect(true))
    return answer
  }

  override sendCommand(...[command, ...rest]: Parameters<Redis['sendCommand']>): unknown {
    // It timed out while it waited for a connection: its caller may have done something else since.
    if (command.isSettled) return command.promise
    const answer = super.sendCommand(command, ...rest)
    // Adding one twice is harmless: a command that waited for a connection passes here again.
    if (!command.isSettled) this.#timeouts.add(command)
    const stream = this.stream as typeof this.stream | undefined
    // There is none before the first connection.
    if (!stream) return answer
    if (!this.#isCorked) {
      this.#isCorked = true
      stream.cork()
      process.nextTick(() => {
        this.#isCorked = false
        stream.uncork()
      })
    } else if (stream.writableLength >= fullBytes) {
      stream.uncork()
      stream.cork()
    }
    return answer
  }
}

/** So much goes out at once: the server works on it while more comes. */
const fullBytes = 4_096

/**
 * Reconnects when the server refuses for now, and sends the command again. If that goes
 * on, refusals are passed on, so that commands fail with the reason.
 */
function withReconnect(options: RedisOptions, timeoutMs: number): RedisOptions & { replyMapping: 'legacy' } {
  const patienceMs = Math.min(maxPatienceMs, timeoutMs / 2)
  let [since, last] = [0, Number.NEGATIVE_INFINITY]
  const reconnectOnError = (error: Error): boolean | 2 => {
    if (!isRefusedForNow(error)) return false
    const now = performance.now()
    if (now - last > maxPatienceMs) since = now
    last = now
    return now - since < patienceMs ? 2 : true
  }
  return { ...options, replyMapping: 'legacy', reconnectOnError }
}

/** How long refused commands are sent again, in milliseconds. */
const maxPatienceMs = 1_000

/**
 * Whether a server refuses a command, of which nothing was done, because of what it is
 * now: a replica, after a failover behind its name, or one that is still loading.
 * Another connection may lead to another server, within the timeout of the command.
 */
function isRefusedForNow({ message }: Error): boolean {
  return /^(?:READONLY|LOADING|MASTERDOWN)\b/.test(message) || message.includes('-READONLY ')
}
