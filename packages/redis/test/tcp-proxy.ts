import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'

/** A connection through the proxy, as far as a fault may depend on it. */
export interface ProxiedConnection {
  /** The order in which it came, from 0. */
  readonly index: number
  /** What the client said first, at most 4,096 bytes of it. */
  readonly said: string
}

/** Which connections a fault befalls: those for which it holds, those that come later included. */
export type Which = (connection: ProxiedConnection) => boolean

/** The links on which clients hear of changes. Before it has subscribed a link is none. */
export const subscribers: Which = ({ said }) => /\bsubscribe\b/i.test(said)

/** All other links, those too that will subscribe and have not yet. */
export const commanders: Which = (connection) => !subscribers(connection)

/** A network between a client and a server, that fails on demand. */
export interface TcpProxy {
  readonly port: number
  /** Connections of clients that are open. */
  readonly connections: number
  /** Such as `redis://127.0.0.1:4711` for `redis`. */
  url(protocol: string): string
  /** Passes on later what comes from now on, in both directions, in milliseconds; 0 for no more of that. */
  delay(ms: number, which?: Which): void
  /** Resets connections, and new ones as soon as they come, until healed. */
  cut(which?: Which): void
  /**
   * Swallows what the server says, while the client can go on speaking to it:
   * the link looks open.
   *
   * @param options - `end`: the client is told that the server will say no more.
   */
  halfClose(which?: Which, options?: { readonly end?: boolean }): void
  /** Keeps connections open, takes new ones, and swallows everything in both directions. */
  blackHole(which?: Which): void
  /**
   * Ends all faults. Connections of which anything was swallowed are reset: TCP
   * never goes on after a gap.
   */
  heal(): void
  /** Resets all connections and closes the port. */
  close(): Promise<void>
}

type Fault = 'cut' | 'black hole' | 'half-closed' | 'half-closed, told'

interface Rule {
  readonly fault: Fault | number
  readonly which: Which
}

const everything: Which = () => true

/**
 * Starts a proxy in front of a server, on a free port of this machine.
 *
 * A fault befalls the connections that are there and those that come, until
 * `heal()`. One that depends on what the client said befalls it as soon as that
 * was said, and before it is passed on.
 */
export async function startProxy(server: { readonly host: string; readonly port: number }): Promise<TcpProxy> {
  const links = new Set<Link>()
  let rules: Rule[] = []
  let count = 0
  const listener = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const link = new Link(client, server, count, () => rules)
    count += 1
    links.add(link)
    void link.closed.then(() => links.delete(link))
  })
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject)
    listener.listen(0, '127.0.0.1', resolve)
  })
  const { port } = listener.address() as AddressInfo
  const add = (fault: Rule['fault'], which: Which): void => {
    rules = [...rules, { fault, which }]
    for (const link of links) link.check()
  }
  return {
    port,
    url: (protocol) => `${protocol}://127.0.0.1:${port}`,
    get connections() {
      return [...links].filter(({ isOpen }) => isOpen).length
    },
    delay: (ms, which = everything) => add(ms, which),
    cut: (which = everything) => add('cut', which),
    halfClose: (which = everything, { end = false } = {}) => add(end ? 'half-closed, told' : 'half-closed', which),
    blackHole: (which = everything) => add('black hole', which),
    heal: () => {
      rules = []
      for (const link of links) link.heal()
    },
    close: async () => {
      const closed = new Promise<void>((resolve) => listener.close(() => resolve()))
      for (const link of links) link.reset()
      await closed
    },
  }
}

/** How much of what a client said first is remembered. */
const mostSaid = 4_096

/** One client's connection and the one to the server that belongs to it. */
class Link implements ProxiedConnection {
  readonly index: number
  said = ''
  /** Resolves when both connections are gone. */
  readonly closed: Promise<unknown>
  readonly #client: Socket
  readonly #server: Socket
  readonly #rules: () => readonly Rule[]
  #isSwallowing = { client: false, server: false }
  #hasGap = false
  #delayMs = 0

  constructor(
    client: Socket,
    server: { readonly host: string; readonly port: number },
    index: number,
    rules: () => readonly Rule[],
  ) {
    this.index = index
    this.#client = client
    this.#rules = rules
    this.#server = connect({ ...server, allowHalfOpen: true, noDelay: true })
    const sockets = [client, this.#server]
    this.closed = Promise.all(sockets.map((socket) => new Promise((resolve) => socket.on('close', resolve))))
    this.#join('client', client, this.#server)
    this.#join('server', this.#server, client)
    this.check()
  }

  get isOpen(): boolean {
    return !this.#client.destroyed
  }

  /** Finds the faults that befall it now. */
  check(): void {
    this.#delayMs = 0
    for (const { fault, which } of this.#rules()) {
      if (!which(this)) continue
      if (typeof fault === 'number') this.#delayMs = fault
      else this.#meet(fault)
    }
  }

  #meet(fault: Fault): void {
    if (fault === 'cut') {
      this.reset()
      return
    }
    this.#isSwallowing.server = true
    if (fault === 'black hole') this.#isSwallowing.client = true
    else if (fault === 'half-closed, told') this.#client.end()
    // Nothing may have been swallowed yet, but who was silent for long has missed something.
    this.#hasGap = true
  }

  heal(): void {
    this.#delayMs = 0
    if (this.#hasGap) this.reset()
  }

  /** As when a machine on the way has forgotten the connection: both ends are told. */
  reset(): void {
    this.#client.resetAndDestroy()
    this.#server.resetAndDestroy()
  }

  #join(side: 'client' | 'server', from: Socket, to: Socket): void {
    // What is on its way, one after the other, however long each takes.
    let onWay: Promise<void> = Promise.resolve()
    const pass = (what: () => void): void => {
      const dueAt = performance.now() + this.#delayMs
      onWay = onWay.then(() => until(dueAt)).then(what)
    }
    from.on('data', (bytes: Buffer) => {
      if (side === 'client' && this.said.length < mostSaid) {
        this.said = (this.said + bytes.toString('latin1')).slice(0, mostSaid)
        this.check()
      }
      pass(() => {
        // Also what was on its way when the fault came.
        if (this.#isSwallowing[side] || to.destroyed) return
        if (to.write(bytes)) return
        from.pause()
        to.once('drain', () => from.resume())
      })
    })
    from.on('end', () => {
      pass(() => {
        if (!this.#isSwallowing[side] && !to.destroyed) to.end()
      })
    })
    // An error is followed by the end of the connection, which the other side is told as well.
    from.on('error', () => {})
    from.on('close', (hadError) => {
      if (hadError && !this.#isSwallowing[side]) to.resetAndDestroy()
    })
  }
}

async function until(dueAt: number): Promise<void> {
  const ms = dueAt - performance.now()
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms).unref())
}
