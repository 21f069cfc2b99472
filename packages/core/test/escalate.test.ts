import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

import { consoleNotifier, createFlock, escalate, webhook } from '@skein/core'
import type { Flock, FlockEvent, Notifier } from '@skein/core'
import { mapStore, openMemory } from '@skein/memory'
import type { Clearance, Memory } from '@skein/memory'
import { describe, expect, it, onTestFinished } from 'vitest'
import { assign, setup } from 'xstate'

const secret = 'a secret of some length'

const open = async (
  notifiers: readonly Notifier[],
): Promise<{ flock: Flock; memory: Memory; events: FlockEvent[] }> => {
  const memory = await openMemory({ store: mapStore() })
  const flock = await createFlock({ memory, notifiers, threads: 1 })
  const events: FlockEvent[] = []
  flock.on((event) => events.push(event))
  onTestFinished(async () => {
    await flock.close()
    await memory.close()
  })
  return { flock, memory, events }
}

/** A machine that asks for help, and ends with what it heard. */
const asker = (sensitivity: 'public' | 'confidential' = 'public') =>
  setup({
    actors: { ask: escalate<string>() },
    types: {} as { context: { heard: unknown } },
  }).createMachine({
    context: { heard: undefined },
    initial: 'asking',
    states: {
      asking: {
        invoke: {
          src: 'ask',
          input: {
            task: 'deal/7',
            reason: 'Above my limit.',
            question: 'Grant 20 %?',
            assignedTo: 'support',
            sensitivity,
          },
          onDone: { target: 'done', actions: assign({ heard: ({ event }) => event.output }) },
          onError: { target: 'done', actions: assign({ heard: ({ event }) => event.error }) },
        },
      },
      done: { type: 'final' },
    },
    output: ({ context }) => context.heard,
  })

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

describe('escalate', () => {
  it('gives the machine the answer of a person', async () => {
    const { flock, memory } = await open([])
    const agent = flock.spawn(asker())
    const eve = memory.as({ id: 'eve', role: 'support' }).escalations
    await new Promise((resolve) => flock.on(({ type }) => type === 'escalation.opened' && resolve(null)))
    const [item] = await eve.list({ state: 'open', assignedTo: 'support' })
    expect(item).toMatchObject({ task: 'deal/7', question: 'Grant 20 %?', openedBy: agent.id })
    await eve.take(item?.id ?? '')
    await eve.answer(item?.id ?? '', 'granted')
    expect(await agent.done).toBe('granted')
  })

  it('fails when it is declined, with the reason', async () => {
    const { flock, memory } = await open([])
    const agent = flock.spawn(asker())
    const waiting = new Promise<string>((resolve) =>
      flock.on((event) => event.type === 'escalation.opened' && resolve(event.escalation.id)),
    )
    const id = await waiting
    await memory.as({ id: 'eve', role: 'support' }).escalations.decline(id, 'Ten at most.')
    const error = { code: 'SKEIN_DECLINED', escalation: id, task: 'deal/7', why: 'Ten at most.' }
    expect(await agent.done).toMatchObject(error)
    // Asked again, it is the same escalation: declined already.
    expect(await flock.spawn(asker()).done).toMatchObject(error)
  })

  it('fails when it is handed back, with what the person said', async () => {
    const { flock, memory } = await open([])
    const opened = new Promise<FlockEvent>((resolve) =>
      flock.on((event) => event.type === 'escalation.opened' && resolve(event)),
    )
    const agent = flock.spawn(asker())
    const event = await opened
    const id = event.type === 'escalation.opened' ? event.escalation.id : ''
    await memory.as({ id: 'eve', role: 'support' }).escalations.handBack(id, 'Decide yourself.')
    expect(await agent.done).toMatchObject({ code: 'SKEIN_HANDED_BACK', task: 'deal/7', why: 'Decide yourself.' })
  })
})

describe('a webhook', () => {
  it('is told of an escalation, signed', async () => {
    const { url, got, until } = await hook(200)
    const { flock } = await open([webhook({ url, secret })])
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

  it('is told once, however many agents ask the same', async () => {
    const { url, got, until } = await hook(200)
    const { flock, memory, events } = await open([webhook({ url, secret })])
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

  it('that fails is tried again, with the same id', async () => {
    const { url, got, until } = await hook(503, 0, 429, 200)
    const { flock } = await open([webhook({ url, secret, retry: { baseDelayMs: 1 } })])
    flock.spawn(asker())
    await until(4)
    expect(new Set(got.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
  })

  it.each([
    ['that refuses', [403], 'SKEIN_WEBHOOK', 'status 403', 1],
    ['that never takes it', [500], 'SKEIN_WEBHOOK_RETRY', 'status 500', 3],
  ] as const)('%s is told of in an event, and the agent waits all the same', async (_, statuses, code, text, tries) => {
    const { url, got } = await hook(...statuses)
    const { flock } = await open([webhook({ url, secret, retry: { maxRetries: 2, baseDelayMs: 1 } })])
    const failed = new Promise<FlockEvent>((resolve) =>
      flock.on((event) => event.type === 'notification.failed' && resolve(event)),
    )
    const agent = flock.spawn(asker())
    const event = await failed
    expect(event).toMatchObject({ notifier: new URL(url).host, error: { code } })
    expect(String(event.type === 'notification.failed' && event.error)).toContain(text)
    expect(JSON.stringify(event)).not.toContain(secret)
    expect(got).toHaveLength(tries)
    expect(agent.state).toBe('running')
  })

  it('learns no more than it may', async () => {
    const { url, got, until } = await hook(200)
    const clearance: Clearance = { level: 'confidential' }
    const lines: string[] = []
    const { flock } = await open([
      webhook({ url, secret }),
      consoleNotifier({ clearance, write: (line) => lines.push(line) }),
    ])
    flock.spawn(asker('confidential'), { clearance })
    await until(1)
    expect(JSON.parse(got[0]?.body ?? '')).toEqual({
      type: 'escalation.opened',
      data: { escalation: expect.any(String) },
    })
    expect(lines).toEqual([expect.stringMatching(/^"agent-1" waits for support: Grant 20 %\? \(escalation \w+\)$/)])
  })

  it('of no use is refused', () => {
    expect(() => webhook({ url: 'ftp://x', secret })).toThrow('`url`')
    expect(() => webhook({ url: 'https://x', secret: 'short' })).toThrow('16 characters')
    expect(() => webhook({ url: 'https://x', secret: 'short' })).not.toThrow('short')
  })
})
