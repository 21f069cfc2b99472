import { connect, createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'

import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { commanders, startProxy, subscribers } from './tcp-proxy.ts'
import type { TcpProxy } from './tcp-proxy.ts'

/** A client that records what it received, and how its connection ended. */
interface Client {
  readonly socket: Socket
  /** Sends a text and resolves when as many bytes have come back. */
  ask(text: string): Promise<string>
  send(text: string): void
  received(): string
  /** Resolves with what ended it: the code of an error, or `closed`. */
  readonly ended: Promise<string>
  /** Resolves when the server has ended its direction. */
  readonly serverEnded: Promise<void>
}

describe('A proxy', () => {
  let server: Server
  let proxy: TcpProxy
  /** What the server received, by connection. */
  let arrived: string[]
  let clients: Client[]

  beforeEach(async () => {
    arrived = []
    clients = []
    server = createServer((socket) => {
      const index = arrived.push('') - 1
      socket.on('error', () => {})
      socket.on('data', (bytes) => {
        arrived[index] += bytes.toString()
        socket.write(bytes)
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    proxy = await startProxy({ host: '127.0.0.1', port: (server.address() as AddressInfo).port })
  })
  afterEach(async () => {
    for (const { socket } of clients) socket.destroy()
    await proxy.close()
    await new Promise((resolve) => server.close(resolve))
  })

  const open = async (): Promise<Client> => {
    const socket = connect({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: true })
    let received = ''
    let listeners: (() => void)[] = []
    socket.on('data', (bytes) => {
      received += bytes.toString()
      for (const listener of listeners) listener()
    })
    const ended = new Promise<string>((resolve) => {
      socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
      socket.on('close', () => resolve('closed'))
    })
    const client: Client = {
      socket,
      ended,
      serverEnded: new Promise((resolve) => socket.on('end', resolve)),
      received: () => received,
      send: (text) => void socket.write(text),
      ask: async (text) => {
        const from = received.length
        const answered = new Promise<void>((resolve) => {
          listeners = [() => received.length >= from + text.length && resolve()]
        })
        socket.write(text)
        await Promise.race([answered, ended])
        return received.slice(from)
      },
    }
    clients.push(client)
    await Promise.race([new Promise((resolve) => socket.on('connect', resolve)), ended])
    return client
  }

  it('passes on everything in both directions, and counts connections', async () => {
    const [one, two] = [await open(), await open()]
    const long = 'x'.repeat(3_000_000)
    expect(await one.ask('hello')).toBe('hello')
    expect((await two.ask(long)) === long).toBe(true)
    expect(proxy.connections).toBe(2)
    expect(proxy.url('redis')).toBe(`redis://127.0.0.1:${proxy.port}`)
    one.socket.end()
    expect(await one.ended).toBe('closed')
    await expect.poll(() => proxy.connections).toBe(1)
  })

  it('resets one end when the other is gone, and no other connection', async () => {
    const client = await open()
    await client.ask('hello')
    const comes = new Promise<Socket>((resolve) => server.once('connection', resolve))
    const [leaving, left] = [await open(), await comes]
    const gone = new Promise((resolve) => left.once('close', resolve))
    leaving.socket.resetAndDestroy()
    await gone
    const comesToo = new Promise<Socket>((resolve) => server.once('connection', resolve))
    const abandoned = await open()
    const leaver = await comesToo
    leaver.resetAndDestroy()
    expect(await abandoned.ended).toBe('ECONNRESET')
    expect(await client.ask('still here')).toBe('still here')
  })

  it('delays the connections that it should, and no others', async () => {
    const [late, other] = [await open(), await open()]
    proxy.delay(3_600_000, ({ index }) => index === 0)
    late.send('hello')
    for (let round = 0; round < 10; round += 1) expect(await other.ask('hello')).toBe('hello')
    expect([late.received(), arrived[0]]).toEqual(['', ''])
  })

  it('keeps the order of delayed chunks', async () => {
    const client = await open()
    const { promise: isThere, resolve } = Promise.withResolvers<void>()
    proxy.delay(50, ({ opening }) => {
      if (opening.includes('one')) resolve()
      return !opening.includes('two')
    })
    client.send('one ')
    await isThere
    client.send('two ')
    await expect.poll(() => client.received()).toBe('one two ')
  })

  it('resets present and new connections while it is cut', async () => {
    const client = await open()
    await client.ask('hello')
    proxy.cut()
    expect(await client.ended).toBe('ECONNRESET')
    const late = await open()
    expect(await late.ended).toBe('ECONNRESET')
    proxy.heal()
    expect(await (await open()).ask('again')).toBe('again')
  })

  it('resets now and then the connection by which a piece comes, and no other', async () => {
    const [one, other] = [await open(), await open()]
    // Each question is two pieces: there and back.
    proxy.cutEvery(5)
    expect(await one.ask('1')).toBe('1')
    expect(await other.ask('2')).toBe('2')
    one.send('3')
    expect(await one.ended).toBe('ECONNRESET')
    expect([arrived[0], proxy.lost]).toEqual(['1', 1])
    proxy.heal()
    for (let n = 0; n < 5; n += 1) expect(await other.ask('on')).toBe('on')
  })

  it('drops everything as a black hole, and resets the connections when it heals', async () => {
    const client = await open()
    await client.ask('before ')
    proxy.blackHole()
    client.send('lost ')
    const late = await open()
    late.send('lost, too')
    const quick = await open()
    quick.socket.resetAndDestroy()
    await quick.ended
    // Nothing has ended them yet.
    expect(proxy.connections).toBeGreaterThanOrEqual(2)
    proxy.heal()
    expect(await client.ended).toBe('ECONNRESET')
    expect(await late.ended).toBe('ECONNRESET')
    expect([client.received(), late.received()]).toEqual(['before ', ''])
    expect(arrived.join('')).toBe('before ')
    expect(await (await open()).ask('again')).toBe('again')
  })

  it('half closed passes on what the client sends alone, and resets the connection when it heals', async () => {
    const client = await open()
    await client.ask('before ')
    proxy.halfClose()
    client.send('sent')
    await expect.poll(() => arrived[0]).toBe('before sent')
    expect(client.received()).toBe('before ')
    proxy.heal()
    expect(await client.ended).toBe('ECONNRESET')
    expect(client.received()).toBe('before ')
  })

  it('half closed with an end lets the client go on sending', async () => {
    const client = await open()
    await client.ask('before ')
    proxy.halfClose(undefined, { end: true })
    await client.serverEnded
    client.send('sent')
    await expect.poll(() => arrived[0]).toBe('before sent')
  })

  it('affects some connections and not others, by their number or their first bytes', async () => {
    const [command, link, third] = [await open(), await open(), await open()]
    await command.ask('*1\r\n$4\r\nPING\r\n')
    await link.ask('*3\r\n$5\r\nHELLO\r\n')
    proxy.blackHole(({ index }) => index === 2)
    proxy.cut(subscribers)
    // Its first command shows only now what it is, and does not get through.
    link.send('*2\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n')
    expect(await link.ended).toBe('ECONNRESET')
    expect(arrived[1]).toBe('*3\r\n$5\r\nHELLO\r\n')
    third.send('lost')
    expect(await command.ask('PING')).toBe('PING')
    proxy.heal()
    expect(await third.ended).toBe('ECONNRESET')
    expect(await command.ask('PING')).toBe('PING')
    proxy.cut(commanders)
    expect(await command.ended).toBe('ECONNRESET')
  })

  it('resets new connections when there is no server', async () => {
    await new Promise((resolve) => server.close(resolve))
    const client = await open()
    expect(await client.ended).toBe('ECONNRESET')
  })
})
