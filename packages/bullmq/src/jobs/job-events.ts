import type { Redis } from 'ioredis'

import { another, databaseOf } from '../queue/connection.ts'
import type { QueueNames } from '../queue/queue-names.ts'

/** A worker's report on a job. */
export type JobEvent = 'started' | 'progress' | 'done' | 'failed'

/** A message: what happened, and of which job. */
export interface JobMessage {
  readonly what: string
  readonly id: string
  readonly attempt: string
  /** How many pieces of progress there are, where it is done. */
  readonly pieces?: number | undefined
}

/** Writes a message. */
export function formatMessage({ what, id, attempt, pieces }: JobMessage): string {
  return `${what} ${id} ${attempt}${pieces === undefined ? '' : ` ${pieces}`}`
}

/** Tells all callers what happens to a job; they look for what they miss. */
export function tellCallers(
  client: Redis,
  names: QueueNames,
  what: JobEvent,
  { id = '', data }: { readonly id?: string | undefined; readonly data: { readonly a: string } },
  pieces?: number,
): void {
  const message = formatMessage({ what, id, attempt: data.a, pieces })
  // A message may get lost: callers look at their jobs now and then.
  client.publish(names.channel('events', databaseOf(client)), message).catch(() => {})
}

/** Listens to a channel, over a connection of its own. */
export class JobListener {
  readonly #client: Redis

  private constructor(client: Redis) {
    this.#client = client
  }

  /**
   * Resolves when it listens.
   *
   * @param onGap - Called after messages may have been missed.
   */
  static async open(
    client: Redis,
    channel: string,
    onMessage: (message: JobMessage) => void,
    onGap: () => void,
  ): Promise<JobListener> {
    const own = another(client)
    const listener = new JobListener(own)
    own.on('message', (_: string, text: string) => {
      const [what = '', id = '', attempt = '', pieces] = text.split(' ')
      onMessage({ what, id, attempt, pieces: pieces === undefined ? undefined : Number(pieces) })
    })
    await own.subscribe(channel)
    // ioredis subscribes again by itself, and only then has a gap an end.
    own.on('ready', () => {
      own.subscribe(channel).then(onGap, () => {})
    })
    return listener
  }

  close(): void {
    this.#client.disconnect()
  }
}
