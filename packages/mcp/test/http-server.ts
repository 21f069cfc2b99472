import { join } from 'node:path'

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as OldTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { McpTokens, serveMcpHttp } from '@skein/mcp'
import type { CreateTokenOptions, McpHttpServer, ServeMcpHttpOptions } from '@skein/mcp'
import { openMemory } from '@skein/memory'
import type { Memory } from '@skein/memory'
import { sqliteStore } from '@skein/sqlite'

import { testClient, testFolder } from './mcp-client.ts'
import type { Generation, TestClient } from './mcp-client.ts'

/** A server over HTTP with the memory that it serves. */
export interface TestServer extends AsyncDisposable {
  readonly memory: Memory
  readonly tokens: McpTokens
  readonly server: McpHttpServer
  readonly store: string
  /** Makes a token for a bearer of this name. */
  token(id: string, options?: Partial<CreateTokenOptions>): Promise<string>
  connect(generation: Generation, token: string): Promise<TestClient>
}

/** Serves a new memory. */
export async function testServer(serving: Pick<ServeMcpHttpOptions, 'tools'> = {}): Promise<TestServer> {
  const store = join(testFolder(), 'http.db')
  const memory = await openMemory({ store: sqliteStore(store) })
  const server = await serveMcpHttp({ memory, ...serving })
  const tokens = new McpTokens(memory)
  return {
    memory,
    tokens,
    server,
    store,
    token: async (id, options = {}) => (await tokens.create({ principal: { id, role: 'test' }, ...options })).token,
    connect: (generation, token) => connectTo(server.url, generation, token),
    [Symbol.asyncDispose]: async () => {
      await server.close()
      await memory.close()
    },
  }
}

/** Connects to a server over HTTP. */
export async function connectTo(address: string, generation: Generation, token: string): Promise<TestClient> {
  const info = { name: `test ${generation}`, version: '1.0.0' }
  const url = new URL(address)
  const requestInit = { headers: { Authorization: `Bearer ${token}` } }
  const isNew = generation === '2026'
  const client = (isNew ? new Client(info, { versionNegotiation: { mode: 'auto' } }) : new OldClient(info)) as Client
  const transport = isNew
    ? new StreamableHTTPClientTransport(url, { requestInit })
    : new OldTransport(url, { requestInit })
  await client.connect(transport as StreamableHTTPClientTransport)
  return testClient(client)
}
