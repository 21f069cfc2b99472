import { expect, it } from 'vitest'

import type { Problem } from '../src/index.ts'
import { openBoard } from './open-board.ts'
import { problemCode } from './problem-code.ts'
import { rawRequest } from './raw-request.ts'

it('answers under no other host name: a rebound name does not even reach the page', async () => {
  await using open = await openBoard()
  for (const host of [
    'evil.example',
    'evil.example:80',
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    '0.0.0.0',
  ]) {
    for (const path of ['/', '/api/session', '/api/login']) {
      const { status, text } = await rawRequest(open, path, { host, cookie: open.cookie })
      expect({ host, path, status }).toEqual({ host, path, status: 403 })
      expect((JSON.parse(text) as Problem).code).toBe('DASHBOARD_HOST')
    }
  }
  for (const host of [`localhost:${open.board.port}`, `127.0.0.1:${open.board.port}`]) {
    expect((await rawRequest(open, '/api/session', { host, cookie: open.cookie })).status).toBe(200)
  }
})

it('refuses requests from other sites, with and without the cookie', async () => {
  await using open = await openBoard()
  for (const origin of ['https://evil.example', 'null', `http://127.0.0.1:${open.board.port + 1}`, 'file://', 'x']) {
    for (const path of ['/api/session', '/api/stream']) {
      const response = await open.get(path, { origin })
      expect({ origin, status: response.status, code: await problemCode(response) }).toEqual({
        origin,
        status: 403,
        code: 'DASHBOARD_ORIGIN',
      })
    }
    const login = await open.post('/api/login', { token: open.board.token }, { origin })
    expect(login.status).toBe(403)
    expect(login.headers.get('set-cookie')).toBeNull()
  }
  const headers = { host: `127.0.0.1:${open.board.port}`, cookie: open.cookie }
  for (const site of ['cross-site', 'same-site']) {
    expect((await rawRequest(open, '/api/session', { ...headers, 'sec-fetch-site': site })).status).toBe(403)
  }
  for (const site of ['same-origin', 'none']) {
    expect((await rawRequest(open, '/api/session', { ...headers, 'sec-fetch-site': site })).status).toBe(200)
  }
  // No header allows another site to read an answer.
  const { headers: answered } = await open.get('/api/session')
  expect([...answered.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
})
