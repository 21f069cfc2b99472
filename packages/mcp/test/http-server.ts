import { join } from 'node:path'

import { StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { StreamableHTTPClientTransport as OldTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { McpTokens, serveMcpHttp } from '@skein/mcp'
import type { CreateTokenOptions, McpHttpServer, ServeMcpHttpOptions } from '@skein/mcp'
import { openMemory } from '@skein/memory'
import type { Memory } from '@skein/memory'
import { sqliteStore } from '@skein/sqlite'

import { makeClient, testClient, testFolder } from './mcp-client.ts'
import type { ClientUser, Generation, TestClient } from './mcp-client.ts'

/** A server over HTTP with the memory that it serves. */
export interface TestServer extends AsyncDisposable {
  readonly memory: Memory
  readonly tokens: McpTokens
  readonly server: McpHttpServer
  readonly store: string
  /** Makes a token for a bearer of this name. */
  token(id: string, options?: Partial<CreateTokenOptions>): Promise<string>
  connect(generation: Generation, token: string, user?: ClientUser): Promise<TestClient>
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
    connect: (generation, token, user) => connectTo(server.url, generation, token, user),
    [Symbol.asyncDispose]: async () => {
      await server.close()
      await memory.close()
    },
  }
}

/** Connects to a server over HTTP. */
export async function connectTo(
  address: string,
  generation: Generation,
  token: string,
  user: ClientUser = {},
): Promise<TestClient> {
  const url = new URL(address)
  const requestInit = { headers: { Authorization: `Bearer ${token}` } }
  const client = makeClient(generation, user)
  const transport =
    generation === '2026'
      ? new StreamableHTTPClientTransport(url, { requestInit })
      : new OldTransport(url, { requestInit })
  await client.connect(transport as StreamableHTTPClientTransport)
  return testClient(client)
}
