import { once } from 'node:events'
import { createServer, request as forward } from 'node:http'
import type { AddressInfo } from 'node:net'

import { dashboard } from '@skein/dashboard'
import type { Dashboard } from '@skein/dashboard'
import { mapStore, openMemory } from '@skein/memory'
import { expect, it } from 'vitest'

import { expressApp } from './dashboard-express.ts'
import { fastifyApp } from './dashboard-fastify.ts'
import { honoApp } from './dashboard-hono.ts'
import { nextRoute } from './dashboard-next.ts'
import { serveNextRoute } from './next-router.ts'

interface Asked extends RequestInit {
  readonly headers?: Readonly<Record<string, string>>
}

interface App {
  readonly listening: boolean
  address(): AddressInfo | string | null
  once(event: 'listening', listener: () => void): unknown
  close(): unknown
}

const apps: Readonly<Record<string, (board: Dashboard) => Promise<App>>> = {
  Hono: async (board) => honoApp(board) as App,
  Express: async (board) => expressApp(board),
  Fastify: async (board) => fastifyApp(board),
  Next: async (board) => serveNextRoute(nextRoute(board)) as App,
}

it.each(Object.entries(apps))('%s shows the dashboard under a path, to the users that it knows', async (_, start) => {
  await using memory = await openMemory({ store: mapStore() })
  const principal = { id: 'nobody', role: 'viewer' }
  await using board = dashboard({
    memory,
    principal,
    basePath: '/flock',
    allowAnswers: true,
    authenticate: ({ headers }) => {
      const user = headers.get('x-user')
      return user === null ? undefined : { id: user, role: 'operator' }
    },
  })
  const app = await start(board)
  if (!app.listening) await once(app as never, 'listening')
  const origin = `http://localhost:${(app.address() as AddressInfo).port}`
  const ask = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`${origin}${path}`, { ...init, headers: { 'x-user': 'ann', origin, 'content-type': 'application/json' } })
  try {
    expect(await (await ask('/')).text()).toBe('The app')
    const page = await ask('/flock')
    expect([page.redirected, page.url]).toEqual([true, `${origin}/flock/`])
    expect((await fetch(`${origin}/flock/api/session`)).status).toBe(401)
    expect(await (await ask('/flock/api/session')).json()).toMatchObject({ principal: { id: 'ann' } })
    // A body reaches the dashboard, though the app may read bodies as well.
    const asked = await memory.as({ id: 'sue', role: 'sales' }).escalations.open({ task: 'acme', reason: 'budget' })
    const taken = await ask(`/flock/api/inbox/${asked.id}`, {
      method: 'POST',
      body: JSON.stringify({ do: 'take' }),
    })
    expect(await taken.json()).toMatchObject({ id: asked.id })
    // A stream begins at once.
    const stop = new AbortController()
    const stream = await ask('/flock/api/stream', { signal: stop.signal })
    expect(stream.headers.get('content-type')).toMatch(/^text\/event-stream/)
    stop.abort()
  } finally {
    await board.close()
    ;(app as { closeAllConnections?: () => void }).closeAllConnections?.()
    app.close()
  }
})

it('works behind a reverse proxy that ends TLS, and streams through it', async () => {
  await using memory = await openMemory({ store: mapStore() })
  const hosts = ['tools.example.com']
  const authenticate = (): boolean => true
  const principal = { id: 'ann', role: 'operator' }
  await using board = dashboard({ memory, principal, basePath: '/flock', hosts, allowAnswers: true, authenticate })
  const app = honoApp(board) as App
  if (!app.listening) await once(app as never, 'listening')
  const { port } = app.address() as AddressInfo
  // It keeps the name that the browser asked for, as proxies are told to.
  const proxy = createServer((incoming, outgoing) => {
    const headers = { ...incoming.headers, host: 'tools.example.com', 'x-forwarded-proto': 'https' }
    const { method, url: path } = incoming
    const passed = forward({ host: '127.0.0.1', port, path, method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    passed.on('error', () => outgoing.destroy())
    outgoing.on('close', () => passed.destroy())
    incoming.pipe(passed)
  })
  await once(proxy.listen(0, '127.0.0.1'), 'listening')
  const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
  const ask = (path: string, { headers, ...init }: Asked = {}): Promise<Response> =>
    fetch(`${address}${path}`, { ...init, headers: { origin: 'https://tools.example.com', ...headers } })
  const stop = new AbortController()
  try {
    expect((await ask('/flock', { redirect: 'manual' })).headers.get('location')).toBe('/flock/')
    const stream = await ask('/flock/api/stream', { signal: stop.signal })
    const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader()
    const { id } = await memory.as({ id: 'sue', role: 'sales' }).escalations.open({ task: 'acme', reason: 'budget' })
    // What happens comes at once, in as many pieces as it takes.
    for (let seen = ''; !seen.includes(id);) seen += (await reader?.read())?.value ?? ''
    const headers = { 'content-type': 'application/json' }
    const taken = await ask(`/flock/api/inbox/${id}`, { method: 'POST', body: '{"do":"take"}', headers })
    expect(await taken.json()).toMatchObject({ id, state: 'taken', takenBy: 'ann' })
    const foreign = await ask('/flock/api/session', { headers: { origin: 'https://evil.example' } })
    expect(foreign.status).toBe(403)
  } finally {
    stop.abort()
    await board.close()
    proxy.close()
    proxy.closeAllConnections()
    ;(app as { closeAllConnections?: () => void }).closeAllConnections?.()
    app.close()
  }
})
