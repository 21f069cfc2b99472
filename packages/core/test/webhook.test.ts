import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

import { consoleNotifier, webhook } from '@skein/core'
import type { Clearance } from '@skein/memory'
import { describe, expect, it, onTestFinished } from 'vitest'

import { asker } from './fixtures/asker.ts'
import { nextEvent, openFlock } from './open-flock.ts'

const one = { threads: 1 }

const secret = 'a secret of some length'

interface Hook {
  readonly url: string
  readonly got: { readonly headers: IncomingMessage['headers']; readonly body: string }[]
  /** Resolves with the n-th request. */
  until(count: number): Promise<void>
}

/** A server that answers with these statuses, one after the other, the last one for ever; 0 breaks the connection. */
const hook = async (...statuses: number[]): Promise<Hook> => {
  const got: Hook['got'] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => (body += chunk))
    request.on('end', () => {
      const status = statuses.length > 1 ? statuses.shift() : statuses[0]
      if (status === 0) request.socket.destroy()
      else response.writeHead(status ?? 200).end()
      got.push({ headers: request.headers, body })
      server.emit('got')
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    got,
    until: async (count) => {
      while (got.length < count) await once(server, 'got')
    },
  }
}

describe('a webhook', () => {
  it('posts a signed notice of an escalation', async () => {
    const { url, got, until } = await hook(200)
    const { flock } = await openFlock(undefined, one, { notifiers: [webhook({ url, secret })] })
    flock.spawn(asker())
    await until(1)
    const { headers, body } = got[0] as (typeof got)[0]
    expect(JSON.parse(body)).toMatchObject({
      type: 'escalation.opened',
      data: { task: 'deal/7', question: 'Grant 20 %?' },
    })
    const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`
    const signature = createHmac('sha256', secret).update(signed).digest('base64')
    expect(headers['webhook-signature']).toBe(`v1,${signature}`)
  })

  it('posts once, however many agents ask the same', async () => {
    const { url, got, until } = await hook(200)
    const { flock, memory, events } = await openFlock(undefined, one, { notifiers: [webhook({ url, secret })] })
    for (let n = 0; n < 5; n += 1) flock.spawn(asker())
    await until(1)
    const eve = memory.as({ id: 'eve', role: 'support' }).escalations
    const [item] = await eve.list()
    const ended = Promise.all(flock.role('agent').agents.map(({ done }) => done))
    await eve.answer(item?.id ?? '', 'x')
    await ended
    expect(got).toHaveLength(1)
    expect(events.filter(({ type }) => type === 'notification.failed')).toEqual([])
  })

  it('is retried with the same id', async () => {
    const { url, got, until } = await hook(503, 0, 429, 200)
    const { flock } = await openFlock(undefined, one, {
      notifiers: [webhook({ url, secret, retry: { baseDelayMs: 1 } })],
    })
    flock.spawn(asker())
    await until(4)
    expect(new Set(got.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
  })

  it.each([
    ['that rejects the notice', [403], 'SKEIN_WEBHOOK', 'status 403', 1],
    ['that always fails', [500], 'SKEIN_WEBHOOK_RETRY', 'status 500', 3],
  ] as const)('%s causes an event, and the agent goes on waiting', async (_, statuses, code, text, tries) => {
    const { url, got } = await hook(...statuses)
    const { flock } = await openFlock(undefined, one, {
      notifiers: [webhook({ url, secret, retry: { maxRetries: 2, baseDelayMs: 1 } })],
    })
    const failed = nextEvent(flock, 'notification.failed')
    const agent = flock.spawn(asker())
    const event = await failed
    expect(event).toMatchObject({ notifier: new URL(url).host, error: { code } })
    expect(String(event.error)).toContain(text)
    expect(JSON.stringify(event)).not.toContain(secret)
    expect(got).toHaveLength(tries)
    expect(agent.state).toBe('running')
  })

  it('contains no more than its clearance covers', async () => {
    const { url, got, until } = await hook(200)
    const clearance: Clearance = { level: 'confidential' }
    const lines: string[] = []
    const { flock } = await openFlock(undefined, one, {
      notifiers: [webhook({ url, secret }), consoleNotifier({ clearance, write: (line) => lines.push(line) })],
    })
    flock.spawn(asker('confidential'), { clearance })
    await until(1)
    expect(JSON.parse(got[0]?.body ?? '')).toEqual({
      type: 'escalation.opened',
      data: { escalation: expect.any(String) },
    })
    expect(lines).toEqual([expect.stringMatching(/^"agent-1" waits for support: Grant 20 %\? \(escalation \w+\)$/)])
  })

  it('with an invalid URL or secret is rejected', () => {
    expect(() => webhook({ url: 'ftp://x', secret })).toThrow('`url`')
    expect(() => webhook({ url: 'https://x', secret: 'short' })).toThrow('16 characters')
    expect(() => webhook({ url: 'https://x', secret: 'short' })).not.toThrow('short')
  })
})
