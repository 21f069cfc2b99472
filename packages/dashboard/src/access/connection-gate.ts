import type { Server } from 'node:http'
import type { Socket } from 'node:net'

import { warn } from '@skein/memory/runtime'

/** A connection has so long to make a request that is authenticated, in milliseconds. */
const maxStrangerMs = 10_000
/** Connections that may wait for that at the same time. A page uses a few, and for milliseconds. */
const maxStrangersOfAddress = 100
const maxStrangers = 400

/** How long a burst of connections may exceed the limits, in milliseconds: long enough to read what they sent. */
const graceMs = 50
const sweepMs = 1_000

/**
 * Keeps connections that nobody authenticated from using up a server. Beyond the
 * limits the oldest are closed, never the new ones: an attacker on the same machine
 * has the same address as the owner, whose page needs milliseconds to show its token.
 * The address is that of the connection; no header can change it.
 */
export class ConnectionGate {
  /** Strangers in the order of their coming, with the time of it. */
  readonly #strangers = new Map<Socket, number>()
  readonly #timer: NodeJS.Timeout
  #sweeping: NodeJS.Timeout | undefined
  #hasWarned = false

  constructor(server: Server) {
    this.#timer = setInterval(() => this.#closeSince(performance.now() - maxStrangerMs), sweepMs).unref()
    server.on('connection', (socket: Socket) => this.#take(socket)).on('close', () => this.#end())
  }

  /** Takes a connection for one of somebody who has the token, from now on. */
  welcome(socket: Socket): void {
    this.#strangers.delete(socket)
  }

  #take(socket: Socket): void {
    this.#strangers.set(socket, performance.now())
    socket.once('close', () => this.#strangers.delete(socket))
    if (this.#strangers.size > maxStrangersOfAddress) this.#sweeping ??= setTimeout(() => this.#thinOut(), graceMs)
  }

  /** Closes the oldest beyond the limits. */
  #thinOut(): void {
    this.#sweeping = undefined
    const newest = [...this.#strangers.keys()].toReversed()
    const byAddress = Map.groupBy(newest, ({ remoteAddress }) => remoteAddress)
    const kept = new Set([...byAddress.values()].flatMap((sockets) => sockets.slice(0, maxStrangersOfAddress)))
    const tooMany = newest.filter((socket) => !kept.has(socket)).concat([...kept].slice(maxStrangers))
    for (const socket of tooMany) socket.destroy()
    if (tooMany.length > 0 && !this.#hasWarned) {
      this.#hasWarned = true
      warn(
        new Error('Too many connections to the dashboard did not authenticate. The oldest are closed, now and later.'),
      )
    }
  }

  #closeSince(time: number): void {
    for (const [socket, cameAt] of this.#strangers) {
      if (cameAt > time) return
      socket.destroy()
    }
  }

  #end(): void {
    clearInterval(this.#timer)
    clearTimeout(this.#sweeping)
  }
}
