import { expect, it } from 'vitest'

import { openBoard } from './open-board.ts'
import { problemCode } from './problem-code.ts'

it('names the parameter that it refuses', async () => {
  await using open = await openBoard()
  for (const query of [
    'events?after=x',
    'events?after=1.2',
    'events?limit=0',
    'records?collection=audit',
    'metrics?since=x',
  ]) {
    const response = await open.get(`/api/${query}`)
    expect({ query, status: response.status, code: await problemCode(response) }).toEqual({
      query,
      status: 400,
      code: 'SKEIN_OPTION',
    })
  }
  expect((await open.get('/api/records?cursor=x&collection=facts')).status).toBe(400)
  expect((await open.get('/api/records/facts/none')).status).toBe(404)
  expect((await open.get('/api/inbox/none')).status).toBe(404)
})

it('opens no stream for a HEAD request', async () => {
  await using open = await openBoard()
  const response = await fetch(`${open.origin}/api/stream`, { method: 'HEAD', headers: { cookie: open.cookie } })
  expect({ status: response.status, streams: open.board.streams }).toEqual({ status: 405, streams: 0 })
})
