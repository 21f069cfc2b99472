import { mapStore, openMemory } from '@skein/memory'
import { expect, it } from 'vitest'

import { dashboard } from '../src/index.ts'
import { openBoard, operator } from './open-board.ts'
import { problemCode } from './problem-code.ts'

const paths = [
  '/api/session',
  '/api/agents',
  '/api/stream',
  '/api/events',
  '/api/records',
  '/api/records/facts/x',
  '/api/metrics',
  '/api/prometheus',
  '/api/export?format=jsonl',
  '/api/inbox',
  '/api/inbox/x',
]

it('exchanges the token for a cookie that neither scripts nor other sites can read', async () => {
  await using open = await openBoard()
  const login = await open.post('/api/login', { token: open.board.token }, { cookie: '' })
  expect(login.status).toBe(204)
  const cookie = login.headers.get('set-cookie') ?? ''
  expect(cookie).toMatch(/^skein-[\da-f]{8}=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/)
  expect(cookie).not.toContain(open.board.token)
  expect((await open.get('/api/session')).status).toBe(200)
})

it('refuses requests without the token, and ignores a token in the address', async () => {
  await using open = await openBoard()
  for (const path of paths) {
    const response = await open.get(path, { cookie: '' })
    expect({ path, status: response.status, code: await problemCode(response) }).toEqual({
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

it('leaves authentication to the app', async () => {
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

it('shows each user of an app what that one may see, and nothing more', async () => {
  await using memory = await openMemory({ store: mapStore() })
  await memory.as(operator).facts.set('merger', 'with Acme', { sensitivity: 'confidential' })
  await using board = dashboard({
    memory,
    principal: { id: 'nobody', role: 'viewer' },
    authenticate: async ({ headers }) => {
      const user = headers.get('x-user')
      if (user === 'ada') return operator
      return user === 'eve' ? undefined : { id: user ?? 'guest', role: 'viewer' }
    },
  })
  const come = (path: string, user: string): Promise<Response> =>
    board.handler(new Request(`http://localhost${path}`, { headers: { 'x-user': user } }))
  const facts = '/api/records?collection=facts'
  expect(await (await come(facts, 'ada')).text()).toContain('"id":"merger"')
  expect(await (await come(facts, 'bob')).text()).not.toMatch(/merger|Acme/)
  expect(await (await come('/api/session', 'bob')).json()).toMatchObject({ principal: { id: 'bob', role: 'viewer' } })
  expect((await come(facts, 'eve')).status).toBe(401)
  // More users than sessions are kept.
  for (let user = 0; user < 70; user += 1) await come('/api/agents', `user-${user}`)
  expect(await (await come(facts, 'ada')).text()).toContain('"id":"merger"')
})
