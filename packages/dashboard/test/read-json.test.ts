import { connect } from 'node:net'

import { expect, it } from 'vitest'

import { openBoard } from './open-board.ts'
import { problemCode } from './problem-code.ts'

it('refuses bodies that are too large, of another type, or not what it expects', async () => {
  await using open = await openBoard({ allowAnswers: true })
  const large = await open.post('/api/login', { token: 'x'.repeat(5_000) })
  expect({ status: large.status, code: await problemCode(large) }).toEqual({ status: 413, code: 'DASHBOARD_TOO_LARGE' })
  const answer = JSON.stringify('x'.repeat(1_100_000))
  const action = await open.post('/api/inbox/x', { do: 'answer', answer })
  expect(action.status).toBe(413)
  for (const body of ['', 'x', '[]', '{}', '{"do":"x"}', '{"do":"answer"}', '{"do":"take","version":"1"}']) {
    expect((await open.post('/api/inbox/x', body)).status).toBe(400)
  }
  const form = await open.post('/api/inbox/x', 'do=take', { 'content-type': 'application/x-www-form-urlencoded' })
  expect(form.status).toBe(415)
})

it('stops reading a body without a length at the limit', async () => {
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
