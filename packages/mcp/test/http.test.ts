import { readFileSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { connect as connectSocket } from 'node:net'
import type { Socket } from 'node:net'

import { serveMcpHttp } from '@skein/mcp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { connectTo, testServer } from './http-server.ts'
import type { TestServer } from './http-server.ts'
import { generations } from './mcp-client.ts'

let served: TestServer
beforeAll(async () => {
  served = await testServer()
})
afterAll(() => served[Symbol.asyncDispose]())

const ping = { jsonrpc: '2.0', id: 1, method: 'tools/list' }

/** Sends a request as it is, with headers that `fetch` would not. */
function send(
  headers: Record<string, string>,
  body: string | Buffer = JSON.stringify(ping),
  path = '/mcp',
): Promise<{ status: number; text: string; headers: Record<string, unknown> }> {
  return new Promise((resolve, reject) => {
    const all = { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers }
    const request = httpRequest(
      { port: served.server.port, method: 'POST', path, headers: all, agent: false },
      (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (part: string) => (text += part))
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text, headers: response.headers }))
      },
    )
    request.on('error', reject)
    request.end(body)
  })
}

const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` })

describe.each(generations)('a client of %s over HTTP', (generation) => {
  it('works under the identity of its token', async () => {
    const token = await served.token('ann')
    await using ann = await served.connect(generation, token)
    await using bob = await served.connect(generation, await served.token('bob'))
    await ann.call('fact_set', { key: `by/${generation}`, value: 1 })
    expect(await bob.call('fact_get', { key: `by/${generation}` })).toMatchObject({ value: 1, by: 'ann' })
    await ann.call('claim', { task: generation })
    // A token is a session: another connection with it goes on with the claim, and another token does not.
    await using again = await served.connect(generation, token)
    expect(await again.call('claim', { task: generation })).toMatchObject({ held: true })
    expect(await bob.call('claim', { task: generation })).toMatchObject({ held: false, by: 'ann' })
    expect(await bob.call('ask_person', { task: generation, question: 'May I?', here: true })).toMatchObject({
      state: 'open',
    })
  })
})

describe('a token', () => {
  it('is kept as a hash alone', async () => {
    const token = await served.token('cyd')
    const secret = token.slice(-43)
    const bytes = ['', '-wal'].map((end) => readFileSync(served.store + end)).map((file) => file.includes(secret))
    expect([secret.length, bytes]).toEqual([43, [false, false]])
    expect(JSON.stringify(await served.tokens.list())).not.toContain(secret)
  })

  it('is listed, and is worth nothing once it is revoked, in open streams too', async () => {
    const { token, id } = await served.tokens.create({ principal: { id: 'dan', role: 'test' } })
    expect(await served.tokens.list()).toContainEqual(
      expect.objectContaining({ id, principal: { id: 'dan', role: 'test' } }),
    )
    await using dan = await served.connect('2026', token)
    await dan.call('claim', { task: 'of dan' })
    const stream = await dan.client.listen({ resourceSubscriptions: ['memory://newest'] })
    await served.tokens.revoke(id)
    await expect(dan.call('fact_get', { key: 'x' })).rejects.toThrow('Send a token')
    expect(await send(bearer(token))).toMatchObject({ status: 401 })
    expect(await stream.closed).not.toBe('local')
    // What the bearer claimed is free.
    const view = served.memory.as({ id: 'test', role: 'test' })
    await using claim = await view.claims.claim('of dan', { wait: true })
    expect(claim?.task).toBe('of dan')
    await expect(served.tokens.revoke(id)).rejects.toMatchObject({ code: 'SKEIN_NOT_FOUND' })
  })

  it('expires', async () => {
    const token = await served.token('eve', { ttlMs: 1 })
    await expect.poll(async () => (await send(bearer(token))).status).toBe(401)
  })

  it('has a rate, and a quota of what it may write', async () => {
    const token = await served.token('flo', { requestsPerMinute: 60, bytesPerDay: 50 })
    const statuses = await Promise.all(Array.from({ length: 30 }, async () => (await send(bearer(token))).status))
    expect(statuses).toContain(429)
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(10)
    await using gus = await served.connect('2026', await served.token('gus', { bytesPerDay: 50 }))
    await gus.call('remember', { text: 'short' })
    // Tags count as well as texts, and erasing is free.
    const { id } = await gus.call('remember', { text: 'short' })
    await expect(gus.call('remember', { text: 'x', tags: ['y'.repeat(50)] })).rejects.toThrow('SKEIN_QUOTA')
    expect(await gus.call('forget', { ids: [id], reason: 'z'.repeat(50) })).toMatchObject({ forgotten: [id] })
  })

  it.each([{ rights: ['administer'] }, { clearance: { level: 'top' } }, { id: '' }])(
    'is not made for %j',
    async (wrong) => {
      const principal = { id: 'x', role: 'y', ...wrong } as never
      await expect(served.tokens.create({ principal })).rejects.toMatchObject({ code: 'SKEIN_OPTION' })
    },
  )
})

it('a person at a client of 2026 answers on the spot, where the token says that there is one', async () => {
  const user = {
    capabilities: { elicitation: {} },
    onElicit: () => ({ action: 'accept', content: { answer: 'green' } }),
  }
  const question = { task: 'paint', question: 'Which color?', here: true }
  await using robot = await served.connect('2026', await served.token('robot'), user)
  expect(await robot.call('ask_person', question)).toMatchObject({ state: 'open' })
  await using hal = await served.connect('2026', await served.token('hal', { elicitation: true }), user)
  expect(await hal.call('ask_person', { ...question, to: 'eve' })).toMatchObject({ state: 'open' })
  expect(await hal.call('ask_person', { ...question, task: 'walls' })).toMatchObject({ answer: 'green' })
  // Over HTTP, a client of 2025 can be asked nothing.
  await using old = await served.connect('2025', await served.token('old', { elicitation: true }), user)
  expect(await old.call('ask_person', { ...question, task: 'doors' })).toMatchObject({ state: 'open' })
})

describe('a stranger', () => {
  it.each<[string, Record<string, string>, number]>([
    ['no token', {}, 401],
    ['a wrong token', bearer('skein_000000000000_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'), 401],
    ['a token of a foreign form', bearer('__proto__'), 401],
    ['another scheme', { authorization: 'Basic YTpi' }, 401],
    ['a page of another site', { origin: 'https://evil.example' }, 403],
    ['an opaque origin', { origin: 'null' }, 403],
    ['a name that an attacker resolves to this machine', { host: 'evil.example' }, 403],
  ])('is refused: %s', async (_, headers, status) => {
    expect(await send(headers)).toMatchObject({ status })
  })

  it('is refused with a valid token as well, from another site or by another name', async () => {
    const token = await served.token('ann')
    expect(await send({ ...bearer(token), origin: 'https://evil.example' })).toMatchObject({ status: 403 })
    expect(await send({ ...bearer(token), host: 'evil.example:80' })).toMatchObject({ status: 403 })
    expect(await send(bearer(token), '{}', '/other')).toMatchObject({ status: 404 })
  })
})

describe('a hostile client', () => {
  it.each<[string, string | Buffer]>([
    ['no JSON', 'garbage'],
    ['half a message', '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{'],
    ['no message', '[]'],
    ['null', 'null'],
    ['a deep one', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    ['bytes', Buffer.from([0xff, 0xfe, 0x00])],
    ['2 MB', JSON.stringify({ ...ping, params: { x: 'y'.repeat(2_000_000) } })],
  ])('gets an error for %s, and the server goes on', async (_, body) => {
    const token = await served.token('mal')
    const { status } = await send(bearer(token), body).catch(() => ({ status: 413 }))
    expect(status).toBeGreaterThanOrEqual(400)
    expect(status).toBeLessThan(500)
    expect(await send(bearer(token))).toMatchObject({ status: 200 })
  })

  it('does not keep others out with a thousand silent connections', async () => {
    const sockets: Socket[] = []
    for (let count = 0; count < 1_000; count += 1) {
      const socket = connectSocket(served.server.port, '127.0.0.1').on('error', () => {})
      socket.write('POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\n')
      sockets.push(socket)
    }
    await using ann = await served.connect('2026', await served.token('ann'))
    expect(await ann.call('fact_set', { key: 'alive', value: true })).toMatchObject({ written: true })
    // The oldest of them are closed.
    const [first] = sockets
    if (!first?.destroyed) await new Promise((resolve) => first?.once('close', resolve))
    for (const socket of sockets) socket.destroy()
  })
})

describe('the server', () => {
  it('tells of changes that the bearer may see, and of no others', async () => {
    const token = await served.token('ann')
    await using ann = await served.connect('2026', token)
    const heard: string[] = []
    const { promise, resolve } = Promise.withResolvers<void>()
    ann.client.setNotificationHandler('notifications/resources/updated', ({ params }) => {
      heard.push(params.uri)
      if (params.uri === 'memory://facts/told') resolve()
    })
    const filter = { resourceSubscriptions: ['memory://facts/secret', 'memory://facts/told'] }
    const subscription = await ann.client.listen(filter)
    const boss = served.memory.as({ id: 'boss', role: 'head', clearance: { level: 'confidential' } })
    await boss.facts.set('secret', 1, { sensitivity: 'confidential' })
    await boss.facts.set('told', 1)
    await promise
    expect(heard).toEqual(['memory://facts/told'])
    await subscription.close()
  })

  it('is for other machines only under names that it is given', async () => {
    const { memory } = served
    await expect(serveMcpHttp({ memory, host: '0.0.0.0' })).rejects.toMatchObject({ option: 'hosts' })
    await using server = await serveMcpHttp({ memory, host: '127.0.0.1', hosts: ['skein.example'] })
    await expect(connectTo(server.url, '2026', await served.token('ann'))).rejects.toThrow(/Invalid Host|403/)
  })

  it('closes with streams open', async () => {
    await using other = await testServer()
    const token = await other.token('ann')
    const ann = await other.connect('2026', token)
    await ann.client.listen({ resourceSubscriptions: ['memory://newest'] })
    await other.server.close()
    await other.server.close()
    await ann.client.close()
  })
})
