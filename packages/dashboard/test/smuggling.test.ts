import { once } from 'node:events'
import { connect } from 'node:net'

import { expect, it } from 'vitest'

import { openBoard } from './open-board.ts'
import type { OpenBoard } from './open-board.ts'

/** Sends bytes as they are, and returns everything that is answered until the connection ends. */
async function answerTo({ board }: OpenBoard, bytes: string): Promise<string> {
  const socket = connect(board.port, '127.0.0.1').setEncoding('latin1')
  let text = ''
  socket.on('data', (piece: string) => (text += piece)).on('error', () => {})
  socket.write(bytes, 'latin1')
  if (!socket.closed) await once(socket, 'close')
  return text
}

const statusesOf = (answers: string): readonly number[] =>
  Array.from(answers.matchAll(/HTTP\/1\.1 (\d{3}) /g), ([, status]) => Number(status))

it('takes no request that two servers could read in different ways, and none that hides in another', async () => {
  await using open = await openBoard({ allowAnswers: true })
  const host = `Host: 127.0.0.1:${open.board.port}`
  const hidden = `GET /api/session HTTP/1.1\r\n${host}\r\nCookie: ${open.cookie}\r\nConnection: close\r\n\r\n`
  // Two requests in one go are fine, as long as everybody agrees where the first one ends.
  const both = await answerTo(open, hidden.replace('Connection: close\r\n', '') + hidden)
  expect(statusesOf(both)).toEqual([200, 200])

  const post = `POST /api/login HTTP/1.1\r\n${host}\r\nContent-Type: application/json\r\n`
  const get = `GET /api/session HTTP/1.1\r\n${host}\r\nCookie: ${open.cookie}\r\n`
  const tries: Readonly<Record<string, string>> = {
    'two lengths': `${post}Content-Length: 2\r\nContent-Length: ${hidden.length}\r\n\r\n{}${hidden}`,
    'a list of lengths': `${post}Content-Length: 2, ${hidden.length}\r\n\r\n{}${hidden}`,
    'a length with a sign': `${post}Content-Length: +2\r\n\r\n{}${hidden}`,
    'a length in hex': `${post}Content-Length: 0x2\r\n\r\n{}${hidden}`,
    'a length and chunks': `${post}Content-Length: ${5 + hidden.length}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${hidden}`,
    'an unknown coding': `${post}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${hidden}`,
    'chunks that are not the last coding': `${post}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${hidden}`,
    'two codings': `${post}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n${hidden}`,
    'a size that is no number': `${post}Transfer-Encoding: chunked\r\n\r\n2x\r\n{}\r\n0\r\n\r\n${hidden}`,
    'a chunk longer than its size': `${post}Transfer-Encoding: chunked\r\n\r\n1\r\n{}\r\n0\r\n\r\n${hidden}`,
    'a size beyond all numbers': `${post}Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n{}\r\n0\r\n\r\n${hidden}`,
    'a folded line': `${get}X-A: b\r\n Transfer-Encoding: chunked\r\n\r\n`,
    'a space before the colon': `${get}Transfer-Encoding : chunked\r\n\r\n`,
    'a line break inside a value': `${get}X-A: b\rTransfer-Encoding: chunked\r\n\r\n`,
    'a NUL in a value': `${get}X-A: b\0c\r\n\r\n`,
    'no host': `GET /api/session HTTP/1.1\r\nCookie: ${open.cookie}\r\n\r\n`,
    'two hosts': `GET /api/session HTTP/1.1\r\nHost: evil.example\r\n${host}\r\nCookie: ${open.cookie}\r\n\r\n`,
    'another host in the address': `${get.replace('GET ', 'GET http://evil.example')}\r\n`,
    'another host beside the address': `${get.replace('GET ', `GET http://127.0.0.1:${open.board.port}`).replace(host, 'Host: evil.example')}\r\n`,
    'a tunnel': `CONNECT 127.0.0.1:${open.board.port} HTTP/1.1\r\n${host}\r\n\r\n${hidden}`,
    'an upgrade': `${get}Connection: upgrade\r\nUpgrade: h2c\r\n\r\n`.replace('/api/session', '/api/nothing'),
    'an address with spaces': `${get.replace('/api/session', '/api/session /x')}\r\n`,
    'no version': `GET /api/session\r\n\r\n`,
    'line feeds alone': `${get.replaceAll('\r\n', '\n')}\n`,
  }
  const answers = await Promise.all(
    Object.entries(tries).map(async ([name, bytes]) => ({ name, text: await answerTo(open, bytes) })),
  )
  for (const { name, text } of answers) {
    const accepted = statusesOf(text).filter((status) => status < 400)
    expect({ name, accepted, isShown: text.includes('"principal"') }).toEqual({ name, accepted: [], isShown: false })
  }
})
