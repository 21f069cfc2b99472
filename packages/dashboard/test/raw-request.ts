import { request } from 'node:http'

import type { OpenBoard } from './open-board.ts'

/** Sends a request with headers that `fetch` does not allow. */
export function rawRequest(
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
