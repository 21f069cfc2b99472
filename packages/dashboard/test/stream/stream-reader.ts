import { request } from 'node:http'
import type { IncomingMessage } from 'node:http'

import type { Frame, SceneEvent, StreamPosition } from '../../src/index.ts'
import type { OpenBoard } from '../open-board.ts'

/** One server-sent event. */
export interface ServerSentEvent {
  readonly event: string
  readonly id: string | undefined
  readonly data: unknown
}

/** Reads a dashboard's stream over its own connection, as a browser does. */
export class StreamReader {
  readonly response: IncomingMessage
  readonly #pending: ServerSentEvent[] = []
  readonly #all: ServerSentEvent[] = []
  #text = ''
  #wake: (() => void) | undefined
  #ended = false

  constructor(response: IncomingMessage) {
    this.response = response
    response.setEncoding('utf8')
    response.on('data', (piece: string) => this.#take(piece))
    for (const end of ['end', 'close', 'error']) {
      response.on(end, () => {
        this.#ended = true
        this.#wake?.()
      })
    }
  }

  /** All events so far. */
  get all(): readonly ServerSentEvent[] {
    return this.#all
  }

  get events(): readonly SceneEvent[] {
    return this.#all.filter(({ event }) => event === 'frame').flatMap(({ data }) => (data as Frame).events)
  }

  get dropped(): number {
    return this.#all.reduce((sum, { event, data }) => sum + (event === 'frame' ? (data as Frame).dropped : 0), 0)
  }

  get lastId(): StreamPosition | undefined {
    return this.#all.findLast(({ id }) => id !== undefined)?.id
  }

  /** The next event; `undefined` when the stream has ended. */
  async next(): Promise<ServerSentEvent | undefined> {
    for (;;) {
      const sent = this.#pending.shift()
      if (sent || this.#ended) return sent
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }

  /** Reads until a condition holds. @throws when the stream ends first. */
  async until(holds: (reader: this) => boolean): Promise<void> {
    while (!holds(this)) {
      if (!(await this.next())) throw new Error('The stream ended.')
    }
  }

  close(): void {
    this.response.destroy()
  }

  #take(piece: string): void {
    const blocks = `${this.#text}${piece}`.split('\n\n')
    this.#text = blocks.pop() ?? ''
    for (const block of blocks) {
      const field = (name: string): string | undefined =>
        block
          .split('\n')
          .find((line) => line.startsWith(`${name}: `))
          ?.slice(name.length + 2)
      const data = field('data')
      if (data === undefined) continue
      const sent = { event: field('event') ?? 'message', id: field('id'), data: JSON.parse(data) as unknown }
      this.#pending.push(sent)
      this.#all.push(sent)
    }
    this.#wake?.()
  }
}

/** Opens the stream; resolves with its headers. */
export function openStream(
  { origin, cookie }: Pick<OpenBoard, 'origin' | 'cookie'>,
  { after, lastEventId }: { readonly after?: StreamPosition; readonly lastEventId?: StreamPosition } = {},
): Promise<StreamReader> {
  const query = after === undefined ? '' : `?after=${encodeURIComponent(after)}`
  const headers = { cookie, ...(lastEventId !== undefined && { 'last-event-id': lastEventId }) }
  return new Promise((resolve, reject) => {
    request(`${origin}/api/stream${query}`, { headers, agent: false }, (response) =>
      resolve(new StreamReader(response)),
    )
      .on('error', reject)
      .end()
  })
}
