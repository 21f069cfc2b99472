import type { Redis } from 'ioredis'

import { another } from '../queue/connection.ts'

/** A worker's report on a job. */
export type JobEvent = 'started' | 'progress' | 'done' | 'failed'

/** A message: what happened, and of which job. */
export interface JobMessage {
  readonly what: string
  readonly id: string
  readonly attempt: string
}

/** Writes a message. */
export function formatMessage({ what, id, attempt }: JobMessage): string {
  return `${what} ${id} ${attempt}`
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
      const [what = '', id = '', attempt = ''] = text.split(' ')
      onMessage({ what, id, attempt })
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
