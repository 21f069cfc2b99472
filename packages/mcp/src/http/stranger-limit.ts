import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/** A connection has so long to show a token, in milliseconds. */
const maxStrangerMs = 10_000
/** So many may be about to. */
const maxStrangers = 200
/** A burst is counted so much later, in milliseconds, when what it sent has been read. */
const graceMs = 50

/**
 * Closes connections that show no token: each after a while, and of too many the oldest. New ones are never refused,
 * since a flood from this machine would otherwise lock its users out.
 */
export function limitStrangers(server: Server): { readonly welcome: (socket: Socket) => void } {
  const strangers = new Map<Socket, NodeJS.Timeout>()
  let sweep: NodeJS.Timeout | undefined
  const welcome = (socket: Socket): void => {
    clearTimeout(strangers.get(socket))
    strangers.delete(socket)
  }
  const thinOut = (): void => {
    sweep = undefined
    for (const socket of [...strangers.keys()].slice(0, -maxStrangers)) socket.destroy()
  }
  server.on('connection', (socket: Socket) => {
    strangers.set(socket, setTimeout(() => socket.destroy(), maxStrangerMs).unref())
    socket.once('close', () => welcome(socket))
    if (strangers.size > maxStrangers) sweep ??= setTimeout(thinOut, graceMs)
  })
  server.on('close', () => clearTimeout(sweep))
  return { welcome }
}
