/**
 * Connects MCP clients to a memory over HTTP, each with a token of its own.
 *
 * @module
 */

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { McpTokens, serveMcpHttp } from '@skein/mcp'
import type { Level, Memory } from '@skein/memory'

/** Calls a tool, and resolves to its structured content. */
export type CallTool = (name: string, args: object) => Promise<Readonly<Record<string, unknown>>>

/** Serves a memory to MCP clients. */
export async function serveClients(memory: Memory): Promise<{
  connect(id: string, level?: Level): Promise<CallTool>
  [Symbol.asyncDispose](): Promise<void>
}> {
  const tokens = new McpTokens(memory)
  const server = await serveMcpHttp({ memory })
  const clients: Client[] = []
  return {
    async connect(id, level = 'public') {
      const { token } = await tokens.create({ principal: { id, role: 'sales', clearance: { level } } })
      const client = new Client({ name: id, version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } })
      const requestInit = { headers: { Authorization: `Bearer ${token}` } }
      await client.connect(new StreamableHTTPClientTransport(new URL(server.url), { requestInit }))
      clients.push(client)
      return async (name, args) => {
        const { structuredContent } = await client.callTool({ name, arguments: { ...args } })
        return structuredContent as Readonly<Record<string, unknown>>
      }
    },
    async [Symbol.asyncDispose]() {
      for (const client of clients) await client.close()
      await server.close()
    },
  }
}
