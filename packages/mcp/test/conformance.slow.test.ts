import { spawn } from 'node:child_process'
import { createServer, request } from 'node:http'
import type { Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'

import { afterAll, beforeAll, expect, it } from 'vitest'

import { testServer } from './http-server.ts'
import type { TestServer } from './http-server.ts'

// The other scenarios call tools, resources and prompts of names that only a test server has.
const scenarios = [
  'server-initialize',
  'ping',
  'server-sse-multiple-streams',
  'server-sse-polling',
  'tools-list',
  'resources-list',
  'prompts-list',
  'dns-rebinding-protection',
]
const require = createRequire(import.meta.url)
const suite = join(dirname(require.resolve('@modelcontextprotocol/conformance/package.json')), 'dist/index.js')

let served: TestServer
let proxy: Server
/** Of a proxy that adds a token to each request: the suite has none. */
let url: string

beforeAll(async () => {
  served = await testServer()
  const token = await served.token('conformance', { requestsPerMinute: 100_000 })
  const { port } = served.server
  proxy = createServer((incoming, outgoing) => {
    const own = (proxy.address() as AddressInfo).port
    const host = incoming.headers.host?.replace(`:${own}`, `:${port}`) ?? ''
    const headers = { ...incoming.headers, host, authorization: `Bearer ${token}` }
    const forwarded = request({ port, method: incoming.method, path: incoming.url, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    incoming.pipe(forwarded.on('error', () => outgoing.destroy()))
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}/mcp`
})

afterAll(async () => {
  proxy.closeAllConnections()
  proxy.close()
  await served[Symbol.asyncDispose]()
})

it.each(scenarios)('passes the scenario of the official suite: %s', async (scenario) => {
  const child = spawn(process.execPath, [suite, 'server', '--url', url, '--scenario', scenario])
  let said = ''
  child.stdout.on('data', (part: Buffer) => (said += part.toString()))
  child.stderr.on('data', (part: Buffer) => (said += part.toString()))
  const code = await new Promise((resolve) => child.on('close', resolve))
  expect({ code, said }).toEqual({ code: 0, said: expect.stringMatching(/Passed: (\d+)\/\1, 0 failed/) })
})
