import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'

/** What a fault may depend on, of a connection through the proxy. */
export interface ProxiedConnection {
  /** Its number in the order of connecting, from 0. */
  readonly index: number
  /** The first bytes that the client sent, at most 4,096. */
  readonly opening: string
}

/** The connections that a fault affects, later ones included. */
export type ConnectionFilter = (connection: ProxiedConnection) => boolean

/** The connections on which clients receive messages, once they have subscribed. */
export const subscribers: ConnectionFilter = ({ opening }) => /\bsubscribe\b/i.test(opening)

/** All other connections, those included that have not subscribed yet. */
export const commanders: ConnectionFilter = (connection) => !subscribers(connection)

/** A network between a client and a server that fails on demand. */
export interface TcpProxy {
  readonly port: number
  /** How many connections of clients are open. */
  readonly connections: number
  /** How many connections `cutEvery` has reset. */
  readonly lost: number
  /** Such as `redis://127.0.0.1:4711` for `redis`. */
  url(protocol: string): string
  /** Delays what comes from now on, in both directions, by some milliseconds; 0 ends it. */
  delay(ms: number, which?: ConnectionFilter): void
  /** Resets connections, and new ones as soon as they come, until healed. */
  cut(which?: ConnectionFilter): void
  /** Resets the connection by which each so many-th piece comes, in either direction; others go on. */
  cutEvery(pieces: number): void
  /**
   * Drops what the server sends, while the client can go on sending: the
   * connection looks open.
   *
   * @param options - `end`: ends the server's direction towards the client (FIN).
   */
  halfClose(which?: ConnectionFilter, options?: { readonly end?: boolean }): void
  /** Keeps connections open, accepts new ones, and drops everything in both directions. */
  blackHole(which?: ConnectionFilter): void
  /**
   * Ends all faults. Connections that may have lost something are reset: TCP
   * never goes on after a gap.
   */
  heal(): void
  /** Leads new connections to another port of this machine. Those that are open stay where they are. */
  leadTo(port: number): void
  /** Resets all connections and closes the port. */
  close(): Promise<void>
}

type Fault = 'cut' | 'black hole' | 'half-closed' | 'half-closed, ended'

interface Rule {
  readonly fault: Fault | number
  readonly which: ConnectionFilter
}

const everything: ConnectionFilter = () => true

/**
 * Starts a proxy in front of a server, on a free port of this machine.
 *
 * A fault affects present and later connections until `heal()`. One that
 * depends on what a client sends takes effect before that is passed on.
 */
export async function startProxy(server: { readonly host: string; readonly port: number }): Promise<TcpProxy> {
  const links = new Set<Link>()
  let rules: Rule[] = []
  let count = 0
  let pieces = 0
  let lost = 0
  let lostEvery = Number.POSITIVE_INFINITY
  let target = server
  const listener = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const isLost = (): boolean => {
      pieces += 1
      if (pieces % lostEvery > 0) return false
      lost += 1
      return true
    }
    const link = new Link(client, { server: target, index: count, rules: () => rules, isLost })
    count += 1
    links.add(link)
    void link.closed.then(() => links.delete(link))
  })
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject)
    listener.listen(0, '127.0.0.1', resolve)
  })
  const { port } = listener.address() as AddressInfo
  const add = (fault: Rule['fault'], which: ConnectionFilter): void => {
    rules = [...rules, { fault, which }]
    for (const link of links) link.check()
  }
  return {
    port,
    url: (protocol) => `${protocol}://127.0.0.1:${port}`,
    get connections() {
      return [...links].filter(({ isOpen }) => isOpen).length
    },
    get lost() {
      return lost
    },
    delay: (ms, which = everything) => add(ms, which),
    cut: (which = everything) => add('cut', which),
    cutEvery: (every) => {
      lostEvery = every
    },
    halfClose: (which = everything, { end = false } = {}) => add(end ? 'half-closed, ended' : 'half-closed', which),
    blackHole: (which = everything) => add('black hole', which),
    heal: () => {
      rules = []
      lostEvery = Number.POSITIVE_INFINITY
      for (const link of links) link.heal()
    },
    leadTo: (other) => {
      target = { host: '127.0.0.1', port: other }
    },
    close: async () => {
      const closed = new Promise<void>((resolve) => listener.close(() => resolve()))
      for (const link of links) link.reset()
      await closed
    },
  }
}

/** Length of {@link ProxiedConnection.opening}. */
const maxOpening = 4_096

interface LinkParts {
  readonly server: { readonly host: string; readonly port: number }
  readonly index: number
  readonly rules: () => readonly Rule[]
  /** Asked for each piece that comes: whether its connection is reset. */
  readonly isLost: () => boolean
}

/** One client's connection and the one to the server that belongs to it. */
class Link implements ProxiedConnection {
  readonly index: number
  opening = ''
  /** Resolves when both connections are gone. */
  readonly closed: Promise<unknown>
  readonly #client: Socket
  readonly #server: Socket
  readonly #rules: () => readonly Rule[]
  readonly #isLost: () => boolean
  #isDropping = { client: false, server: false }
  #hasGap = false
  #delayMs = 0

  constructor(client: Socket, { server, index, rules, isLost }: LinkParts) {
    this.index = index
    this.#client = client
    this.#rules = rules
    this.#isLost = isLost
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

  /** Applies the faults that affect it now. */
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
    this.#isDropping.server = true
    if (fault === 'black hole') this.#isDropping.client = true
    else if (fault === 'half-closed, ended') this.#client.end()
    // Even if nothing was dropped yet: the other end may have given up.
    this.#hasGap = true
  }

  heal(): void {
    this.#delayMs = 0
    if (this.#hasGap) this.reset()
  }

  /** As when a router has forgotten the connection: both ends get a reset. */
  reset(): void {
    this.#client.resetAndDestroy()
    this.#server.resetAndDestroy()
  }

  #join(side: 'client' | 'server', from: Socket, to: Socket): void {
    // Chunks pass in order, however long each is delayed.
    let onWay: Promise<void> = Promise.resolve()
    const pass = (what: () => void): void => {
      const dueAt = performance.now() + this.#delayMs
      onWay = onWay.then(() => until(dueAt)).then(what)
    }
    from.on('data', (bytes: Buffer) => {
      if (this.#isLost()) {
        this.reset()
        return
      }
      if (side === 'client' && this.opening.length < maxOpening) {
        this.opening = (this.opening + bytes.toString('latin1')).slice(0, maxOpening)
        this.check()
      }
      pass(() => {
        // Also chunks that were delayed when the fault came.
        if (this.#isDropping[side] || to.destroyed) return
        if (to.write(bytes)) return
        from.pause()
        to.once('drain', () => from.resume())
      })
    })
    from.on('end', () => {
      pass(() => {
        if (!this.#isDropping[side] && !to.destroyed) to.end()
      })
    })
    // 'close' follows, and is passed on.
    from.on('error', () => {})
    from.on('close', (hadError) => {
      if (hadError && !this.#isDropping[side]) to.resetAndDestroy()
    })
  }
}

async function until(dueAt: number): Promise<void> {
  const ms = dueAt - performance.now()
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms).unref())
}
