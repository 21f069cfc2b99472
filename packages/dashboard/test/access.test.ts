import { request } from 'node:http'
import { connect } from 'node:net'

import { mapStore, openMemory } from '@skein/memory'
import { expect, it } from 'vitest'

import { dashboard } from '../src/index.ts'
import type { Problem } from '../src/index.ts'
import { openBoard, operator } from './open-board.ts'
import type { OpenBoard } from './open-board.ts'

const paths = [
  '/api/session',
  '/api/agents',
  '/api/stream',
  '/api/events',
  '/api/records',
  '/api/records/facts/x',
  '/api/figures',
  '/api/export?format=jsonl',
  '/api/inbox',
  '/api/inbox/x',
]

/** A request with headers that fetch does not let anybody set. */
function ask(
  { board }: OpenBoard,
  path: string,
  headers: Readonly<Record<string, string>>,
  method = 'GET',
): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port: board.port, path, headers, method, agent: false }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (piece: string) => (text += piece))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
    })
      .on('error', reject)
      .end()
  })
}

async function codeOf(response: Response): Promise<string> {
  return ((await response.json()) as Problem).code
}

it('prints one link to this machine, with the token where no server sees it', async () => {
  await using open = await openBoard()
  expect(open.board.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{43}$/)
})

it('exchanges the token for a cookie that no script and no other site gets at', async () => {
  await using open = await openBoard()
  const login = await open.post('/api/login', { token: open.board.token }, { cookie: '' })
  expect(login.status).toBe(204)
  const cookie = login.headers.get('set-cookie') ?? ''
  expect(cookie).toMatch(/^skein-[\da-f]{8}=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/)
  expect(cookie).not.toContain(open.board.token)
  expect((await open.get('/api/session')).status).toBe(200)
})

it('lets nobody in without the token, and takes none in the address', async () => {
  await using open = await openBoard()
  for (const path of paths) {
    const response = await open.get(path, { cookie: '' })
    expect({ path, status: response.status, code: await codeOf(response) }).toEqual({
      path,
      status: 401,
      code: 'DASHBOARD_TOKEN',
    })
  }
  const [name] = open.cookie.split('=')
  for (const cookie of [`${name}=${open.board.token}`, `${name}=`, `${name}=x`, 'other=1']) {
    expect((await open.get('/api/session', { cookie })).status).toBe(401)
  }
  expect((await open.get(`/api/session?token=${open.board.token}`, { cookie: '' })).status).toBe(401)
  for (const token of ['', 'x', `${open.board.token}x`, open.board.token.slice(1), null, 7, {}]) {
    expect((await open.post('/api/login', { token }, { cookie: '' })).status).toBe(401)
  }
  const bearer = { cookie: '', authorization: `Bearer ${open.board.token}` }
  expect((await open.get('/api/session', bearer)).status).toBe(200)
  expect((await open.get('/api/session', { cookie: '', authorization: 'Bearer x' })).status).toBe(401)
})

it('answers for no name but its own: a rebound name reaches nothing, not even the page', async () => {
  await using open = await openBoard()
  for (const host of [
    'evil.example',
    'evil.example:80',
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    '0.0.0.0',
  ]) {
    for (const path of ['/', '/api/session', '/api/login']) {
      const { status, text } = await ask(open, path, { host, cookie: open.cookie })
      expect({ host, path, status }).toEqual({ host, path, status: 403 })
      expect((JSON.parse(text) as Problem).code).toBe('DASHBOARD_HOST')
    }
  }
  for (const host of [`localhost:${open.board.port}`, `127.0.0.1:${open.board.port}`]) {
    expect((await ask(open, '/api/session', { host, cookie: open.cookie })).status).toBe(200)
  }
})

it('answers no other site, with the cookie or without', async () => {
  await using open = await openBoard()
  for (const origin of ['https://evil.example', 'null', `http://127.0.0.1:${open.board.port + 1}`, 'file://', 'x']) {
    for (const path of ['/api/session', '/api/stream']) {
      const response = await open.get(path, { origin })
      expect({ origin, status: response.status, code: await codeOf(response) }).toEqual({
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
    expect((await ask(open, '/api/session', { ...headers, 'sec-fetch-site': site })).status).toBe(403)
  }
  for (const site of ['same-origin', 'none']) {
    expect((await ask(open, '/api/session', { ...headers, 'sec-fetch-site': site })).status).toBe(200)
  }
  // Nothing tells another site that it may read an answer.
  const { headers: answered } = await open.get('/api/session')
  expect([...answered.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
})

it('carries its policy on every answer, refusals and streams included', async () => {
  await using open = await openBoard()
  const answers = await Promise.all([
    open.get('/'),
    open.get('/api/session'),
    open.get('/api/session', { cookie: '' }),
    open.get('/api/nothing'),
    open.get('/nothing'),
    open.get('/api/stream'),
    open.get('/api/export?format=jsonl'),
    open.get('/api/session', { origin: 'https://evil.example' }),
  ])
  for (const { headers, body } of answers) {
    const policy = headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toContain('unsafe')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    await body?.cancel()
  }
})

it('gives out no file but those of the page', async () => {
  await using open = await openBoard()
  const tries = [
    '/../package.json',
    '/..%2fpackage.json',
    '/%2e%2e/package.json',
    '/assets/../../package.json',
    '/assets/..%2f..%2fpackage.json',
    '/assets/%2e%2e%2f%2e%2e%2fsrc/dashboard.ts',
    '/..\\package.json',
    '/..%5cpackage.json',
    '/%00',
    '/index.html%00.js',
    '//etc/passwd',
    '/etc/passwd',
    '/package.json',
    '/src/index.ts',
    '/constructor',
    '/__proto__',
  ]
  const host = `127.0.0.1:${open.board.port}`
  for (const path of tries) {
    const { status, text } = await ask(open, path, { host, cookie: open.cookie })
    // The server itself refuses what is no address at all.
    expect({ path, status }).toEqual({ path, status: path.includes('\\') ? 400 : 404 })
    expect(text).not.toContain('root:')
    expect(text).not.toContain('@skein/dashboard')
  }
  expect((await open.get('/')).status).toBe(200)
})

it('bounds what it reads, and says what it expected', async () => {
  await using open = await openBoard({ allowAnswers: true })
  const large = await open.post('/api/login', { token: 'x'.repeat(5_000) })
  expect({ status: large.status, code: await codeOf(large) }).toEqual({ status: 413, code: 'DASHBOARD_TOO_LARGE' })
  const answer = JSON.stringify('x'.repeat(1_100_000))
  const action = await open.post('/api/inbox/x', { do: 'answer', answer })
  expect(action.status).toBe(413)
  for (const body of ['', 'x', '[]', '{}', '{"do":"x"}', '{"do":"answer"}', '{"do":"take","version":"1"}']) {
    expect((await open.post('/api/inbox/x', body)).status).toBe(400)
  }
  const form = await open.post('/api/inbox/x', 'do=take', { 'content-type': 'application/x-www-form-urlencoded' })
  expect(form.status).toBe(415)
  for (const query of [
    'events?after=x',
    'events?after=1.2',
    'events?limit=0',
    'records?collection=audit',
    'figures?since=x',
  ]) {
    const response = await open.get(`/api/${query}`)
    expect({ query, status: response.status, code: await codeOf(response) }).toEqual({
      query,
      status: 400,
      code: 'SKEIN_OPTION',
    })
  }
  expect((await open.get('/api/records?cursor=x&collection=facts')).status).toBe(400)
  expect((await open.get('/api/records/facts/none')).status).toBe(404)
  expect((await open.get('/api/inbox/none')).status).toBe(404)
})

it('reads a body without a length no further than it may', async () => {
  await using open = await openBoard()
  const { port } = open.board
  const status = await new Promise<string>((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(
        `POST /api/login HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`,
      )
      for (let n = 0; n < 5; n += 1) socket.write(`400\r\n${'x'.repeat(1_024)}\r\n`)
    })
    socket.once('data', (data) => resolve(data.toString('latin1').split('\r\n')[0] ?? ''))
    socket.once('error', reject)
  })
  expect(status).toBe('HTTP/1.1 413 Payload Too Large')
})

it('tells nothing of how it failed', async () => {
  await using memory = await openMemory({ store: mapStore() })
  const view = memory.as(operator)
  const secret = 'redis://:hunter2@10.0.0.1'
  view.feed.last = () => Promise.reject(new TypeError(secret))
  view.feed.read = () => Promise.reject(new TypeError(secret))
  const broken = { as: () => view, share: () => memory.share(), stats: () => memory.stats() }
  const warned: string[] = []
  const onWarning = (warning: Error): void => void warned.push(warning.message)
  process.on('warning', onWarning)
  await using open = await openBoard({ memory: broken as never })
  for (const path of ['/api/session', '/api/events', '/api/figures', '/api/stream']) {
    const response = await open.get(path)
    const text = await response.text()
    expect({ path, status: response.status }).toEqual({ path, status: 500 })
    expect(JSON.parse(text)).toMatchObject({ code: 'DASHBOARD_FAILED' })
    expect(text).not.toMatch(/hunter2|TypeError|\bat /)
  }
  process.off('warning', onWarning)
  // The one who runs it hears of it.
  expect(warned).toContain(secret)
})

it('opens no stream for who asks for its head alone', async () => {
  await using open = await openBoard()
  const response = await fetch(`${open.origin}/api/stream`, { method: 'HEAD', headers: { cookie: open.cookie } })
  expect({ status: response.status, streams: open.board.streams }).toEqual({ status: 405, streams: 0 })
})

it('says that the memory is closed', async () => {
  const memory = await openMemory({ store: mapStore() })
  await using open = await openBoard({ memory })
  await memory.close()
  const response = await open.get('/api/session')
  expect({ status: response.status, code: await codeOf(response) }).toEqual({ status: 503, code: 'SKEIN_CLOSED' })
})

it('mounts under a path of an app, for the names that the app has', async () => {
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

it('lets an app decide who comes in', async () => {
  await using memory = await openMemory({ store: mapStore() })
  await using board = dashboard({
    memory,
    principal: operator,
    authenticate: ({ headers }) => headers.get('x-user') === 'ada',
  })
  const come = (user: string): Promise<Response> =>
    board.handler(new Request('http://localhost/api/session', { headers: { 'x-user': user } }))
  expect((await come('ada')).status).toBe(200)
  expect((await come('eve')).status).toBe(401)
})

it('refuses options that make no sense', async () => {
  await using memory = await openMemory({ store: mapStore() })
  const principal = operator
  for (const options of [
    { token: 'short' },
    { token: `${'x'.repeat(40)};` },
    { basePath: 'skein' },
    { basePath: '/../x' },
    { maxStreams: 0 },
    { maxEvents: 1.5 },
  ]) {
    expect(() => dashboard({ memory, principal, ...options })).toThrow(
      expect.objectContaining({ code: 'SKEIN_OPTION' }),
    )
  }
})
