import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'

/** What somebody sends who never completes a request. */
const beginnings = (port: number): readonly string[] => [
  '',
  'GET / HTTP/1.1\r\n',
  `GET /api/stream HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nX-Forwarded-For: 10.0.0.`,
  `POST /api/login HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{"token":`,
]

/** Connections with half a request each. */
export class HalfOpen implements Disposable {
  readonly #sockets: readonly Socket[]

  /** Opens so many at once, and returns when the server has taken them all. */
  static async flood(port: number, count: number): Promise<HalfOpen> {
    const texts = beginnings(port)
    const sockets = Array.from({ length: count }, (_, index) => {
      const socket = connect(port, '127.0.0.1', () => socket.write(texts[index % texts.length] ?? ''))
      return socket.on('error', () => {}).resume()
    })
    await Promise.all(sockets.map((socket) => Promise.race([once(socket, 'connect'), once(socket, 'close')])))
    return new HalfOpen(sockets)
  }

  private constructor(sockets: readonly Socket[]) {
    this.#sockets = sockets
  }

  /** How many the server has not closed. */
  get open(): number {
    return this.#sockets.filter(({ readyState }) => readyState === 'open').length
  }

  /** Sends one more byte on each: slowly, but not silently. */
  drip(): void {
    for (const socket of this.#sockets) if (socket.writable) socket.write('x')
  }

  [Symbol.dispose](): void {
    for (const socket of this.#sockets) socket.destroy()
  }
}
