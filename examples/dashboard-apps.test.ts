import { once } from 'node:events'
import type { AddressInfo } from 'node:net'

import { dashboard } from '@skein/dashboard'
import type { Dashboard } from '@skein/dashboard'
import { mapStore, openMemory } from '@skein/memory'
import { expect, it } from 'vitest'

import { expressApp } from './dashboard-express.ts'
import { fastifyApp } from './dashboard-fastify.ts'
import { honoApp } from './dashboard-hono.ts'

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
