import { expect, it } from 'vitest'

import { openBoard } from './open-board.ts'
import { rawRequest } from './raw-request.ts'

it('serves no files but those of the page', async () => {
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
    const { status, text } = await rawRequest(open, path, { host, cookie: open.cookie })
    // Node's server itself refuses a malformed address.
    expect({ path, status }).toEqual({ path, status: path.includes('\\') ? 400 : 404 })
    expect(text).not.toContain('root:')
    expect(text).not.toContain('@skein/dashboard')
  }
  expect((await open.get('/')).status).toBe(200)
})
