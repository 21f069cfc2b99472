import { mapStore, openMemory } from '@skein/memory'
import { expect, it } from 'vitest'

import { dashboard } from '../src/index.ts'
import { operator } from './open-board.ts'

it("mounts under a path of an app, under the app's host names", async () => {
  await using memory = await openMemory({ store: mapStore() })
  await using board = dashboard({ memory, principal: operator, basePath: '/tools/skein', hosts: ['tools.example.com'] })
  const at = (path: string, init: RequestInit & { readonly host?: string } = {}): Promise<Response> => {
    const headers = new Headers(init.headers)
    headers.set('host', init.host ?? 'tools.example.com')
    return board.handler(new Request(`https://tools.example.com${path}`, { ...init, headers }))
  }
  expect((await at('/tools/skein')).headers.get('location')).toBe('/tools/skein/')
  expect((await at('/tools/skein/')).headers.get('content-type')).toBe('text/html; charset=utf-8')
  expect((await at('/tools/skein/', { host: 'localhost' })).status).toBe(403)
  expect((await at('/api/session')).status).toBe(404)
  const login = await at('/tools/skein/api/login', {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: 'https://tools.example.com' },
    body: JSON.stringify({ token: board.token }),
  })
  const cookie = login.headers.get('set-cookie') ?? ''
  expect(cookie).toMatch(/; Path=\/tools\/skein\/; HttpOnly; SameSite=Strict; Secure$/)
  const headers = { cookie: cookie.split(';')[0] ?? '' }
  expect((await at('/tools/skein/api/session', { headers })).status).toBe(200)
})
