import { connect, createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'

import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { commanders, startProxy, subscribers } from './tcp-proxy.ts'
import type { TcpProxy } from './tcp-proxy.ts'

/** A client that remembers what it heard, and how its connection ended. */
interface Client {
  readonly socket: Socket
  /** Says something and resolves when as many bytes have come back. */
  ask(text: string): Promise<string>
  say(text: string): void
  heard(): string
  /** Resolves with what ended it: the code of an error, or `closed`. */
  readonly ended: Promise<string>
  /** Resolves when the server has said that it will say no more. */
  readonly told: Promise<void>
}

describe('a proxy', () => {
  let server: Server
  let proxy: TcpProxy
  /** What the server heard, by connection. */
  let received: string[]
  let clients: Client[]

  beforeEach(async () => {
    received = []
    clients = []
    server = createServer((socket) => {
      const index = received.push('') - 1
      socket.on('error', () => {})
      socket.on('data', (bytes) => {
        received[index] += bytes.toString()
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
    let heard = ''
    let listeners: (() => void)[] = []
    socket.on('data', (bytes) => {
      heard += bytes.toString()
      for (const listener of listeners) listener()
    })
    const ended = new Promise<string>((resolve) => {
      socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
      socket.on('close', () => resolve('closed'))
    })
    const client: Client = {
      socket,
      ended,
      told: new Promise((resolve) => socket.on('end', resolve)),
      heard: () => heard,
      say: (text) => void socket.write(text),
      ask: async (text) => {
        const from = heard.length
        const answered = new Promise<void>((resolve) => {
          listeners = [() => heard.length >= from + text.length && resolve()]
        })
        socket.write(text)
        await Promise.race([answered, ended])
        return heard.slice(from)
      },
    }
    clients.push(client)
    await Promise.race([new Promise((resolve) => socket.on('connect', resolve)), ended])
    return client
  }

  it('passes on everything in both directions, and counts who is there', async () => {
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

  it('tells each end when the other one is gone, and nobody else', async () => {
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

  it('passes on late what it was told to, and nothing else', async () => {
    const [late, other] = [await open(), await open()]
    proxy.delay(3_600_000, ({ index }) => index === 0)
    late.say('hello')
    for (let round = 0; round < 10; round += 1) expect(await other.ask('hello')).toBe('hello')
    expect([late.heard(), received[0]]).toEqual(['', ''])
  })

  it('keeps the order of what is late', async () => {
    const client = await open()
    const { promise: isThere, resolve } = Promise.withResolvers<void>()
    proxy.delay(50, ({ said }) => {
      if (said.includes('one')) resolve()
      return !said.includes('two')
    })
    client.say('one ')
    await isThere
    client.say('two ')
    await expect.poll(() => client.heard()).toBe('one two ')
  })

  it('resets connections that are cut, and those that come, until it is healed', async () => {
    const client = await open()
    await client.ask('hello')
    proxy.cut()
    expect(await client.ended).toBe('ECONNRESET')
    const late = await open()
    expect(await late.ended).toBe('ECONNRESET')
    proxy.heal()
    expect(await (await open()).ask('again')).toBe('again')
  })

  it('swallows all that is said into a black hole, and resets when it is healed, without a gap', async () => {
    const client = await open()
    await client.ask('before ')
    proxy.blackHole()
    client.say('lost ')
    const late = await open()
    late.say('lost, too')
    const quick = await open()
    quick.socket.resetAndDestroy()
    await quick.ended
    // Nothing has ended them so far.
    expect(proxy.connections).toBeGreaterThanOrEqual(2)
    proxy.heal()
    expect(await client.ended).toBe('ECONNRESET')
    expect(await late.ended).toBe('ECONNRESET')
    expect([client.heard(), late.heard()]).toEqual(['before ', ''])
    expect(received.join('')).toBe('before ')
    expect(await (await open()).ask('again')).toBe('again')
  })

  it('half closed lets the server hear but not be heard, and resets when it is healed', async () => {
    const client = await open()
    await client.ask('before ')
    proxy.halfClose()
    client.say('heard')
    await expect.poll(() => received[0]).toBe('before heard')
    expect(client.heard()).toBe('before ')
    proxy.heal()
    expect(await client.ended).toBe('ECONNRESET')
    expect(client.heard()).toBe('before ')
  })

  it('half closed and told so lets the client go on speaking', async () => {
    const client = await open()
    await client.ask('before ')
    proxy.halfClose(undefined, { end: true })
    await client.told
    client.say('heard')
    await expect.poll(() => received[0]).toBe('before heard')
  })

  it('does to some connections what it does not do to others, by order or by what was said first', async () => {
    const [command, link, third] = [await open(), await open(), await open()]
    await command.ask('*1\r\n$4\r\nPING\r\n')
    await link.ask('*3\r\n$5\r\nHELLO\r\n')
    proxy.blackHole(({ index }) => index === 2)
    proxy.cut(subscribers)
    // It says only now what it is, and that does not get through.
    link.say('*2\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n')
    expect(await link.ended).toBe('ECONNRESET')
    expect(received[1]).toBe('*3\r\n$5\r\nHELLO\r\n')
    third.say('lost')
    expect(await command.ask('PING')).toBe('PING')
    proxy.heal()
    expect(await third.ended).toBe('ECONNRESET')
    expect(await command.ask('PING')).toBe('PING')
    proxy.cut(commanders)
    expect(await command.ended).toBe('ECONNRESET')
  })

  it('resets who comes when there is no server', async () => {
    await new Promise((resolve) => server.close(resolve))
    const client = await open()
    expect(await client.ended).toBe('ECONNRESET')
  })
})
