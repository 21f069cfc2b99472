import type { Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

import { serve } from '@hono/node-server'
import { localhostAllowedHostnames } from '@modelcontextprotocol/server'
import { OptionError } from '@skein/memory'
import type { Memory } from '@skein/memory'
import { requireInteger, requireObject, requireOptions, requireStrings, warn } from '@skein/memory/runtime'
import type { OptionKinds } from '@skein/memory/runtime'

import { Bearers, mcpPath } from './http/bearers.ts'
import { limitStrangers } from './http/stranger-limit.ts'
import { requireToolSet } from './protocol/tool-set.ts'
import type { ToolSet } from './protocol/tool-set.ts'

/** Options of {@link serveMcpHttp}. */
export interface ServeMcpHttpOptions {
  /** The memory; it stays open after the server closes. Its tokens identify the clients: see {@link McpTokens}. */
  readonly memory: Memory
  /**
   * The set of tools: `skein` for those of the memory, `memory` for the nine of the official memory server.
   *
   * @defaultValue 'skein'
   */
  readonly tools?: ToolSet
  /**
   * The TCP port; 0 for any free one.
   *
   * @defaultValue 0
   */
  readonly port?: number
  /**
   * The address to listen on. For clients on other machines, put a TLS proxy in front, since tokens are sent in plain
   * text.
   *
   * @defaultValue '127.0.0.1'
   */
  readonly host?: string
  /**
   * Host names by which clients address the server, without ports. Needed if clients run on other machines.
   *
   * @defaultValue this machine's own names
   */
  readonly hosts?: readonly string[]
}

/** An MCP server for any number of clients. */
export interface McpHttpServer extends AsyncDisposable {
  /** Where clients connect to. */
  readonly url: string
  readonly port: number
  /** Ends all streams and releases the claims of all clients. Safe to call twice. */
  close(): Promise<void>
}

const kinds: OptionKinds<ServeMcpHttpOptions> = {
  memory: 'object',
  tools: 'any',
  port: 'any',
  host: 'string',
  hosts: 'any',
}

/**
 * A connection on which nothing moves is closed after so long, in milliseconds; after twice as long where Node.js first
 * has to see that what was written is not taken.
 */
const stalledMs = 60_000
/** How long open requests may take when the server closes, in milliseconds. */
const closeGraceMs = 500

/**
 * Serves MCP over Streamable HTTP to clients of the 2025 revisions and of 2026-07-28, each with a token.
 *
 * @throws OptionError; an error with the code `EADDRINUSE` when the port is taken.
 *
 * @example
 * ```ts no-run
 * import { McpTokens, serveMcpHttp } from '@skein/mcp'
 * import { openMemory } from '@skein/memory'
 * import { sqliteStore } from '@skein/sqlite'
 *
 * const memory = await openMemory({ store: sqliteStore('flock.db') })
 * const { token } = await new McpTokens(memory).create({ principal: { id: 'ann', role: 'research' } })
 * const server = await serveMcpHttp({ memory, port: 3917 })
 * console.log(server.url, token)
 * ```
 */
export async function serveMcpHttp(options: ServeMcpHttpOptions): Promise<McpHttpServer> {
  const given = requireOptions('serveMcpHttp', options, kinds)
  const { memory, tools = 'skein', port = 0, host = '127.0.0.1' } = given
  requireObject('memory', memory, 'an open memory')
  requireToolSet(tools)
  requireInteger('port', port, 0, 65_535)
  const bearers = new Bearers({ memory, tools, hosts: hostsOf(host, given.hosts) })
  try {
    const server = await listen(bearers, host, port)
    const { port: actual } = server.address() as AddressInfo
    let closing: Promise<void> | undefined
    const close = (): Promise<void> => (closing ??= closeAll(bearers, server))
    const name = host.includes(':') ? `[${host}]` : host
    return { url: `http://${name}:${actual}${mcpPath}`, port: actual, close, [Symbol.asyncDispose]: close }
  } catch (error) {
    await bearers[Symbol.asyncDispose]()
    throw error
  }
}

function hostsOf(host: string, hosts: readonly string[] | undefined): readonly string[] {
  if (hosts !== undefined) {
    requireStrings('hosts', hosts)
    return hosts.map((name) => name.toLowerCase())
  }
  if (host === '127.0.0.1' || host === '::1' || host === 'localhost') return localhostAllowedHostnames()
  throw new OptionError('hosts', 'the names by which other machines address this server', hosts)
}

function listen(bearers: Bearers, hostname: string, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const serverOptions = {
      // Slow clients: time for the head, and for the whole of a request. Streams of answers may last.
      headersTimeout: 10_000,
      requestTimeout: 30_000,
      connectionsCheckingInterval: 2_000,
      maxHeaderSize: 16_384,
    }
    const server = serve(
      {
        fetch: (request, { incoming }) => {
          // An address with a host of its own contradicts `Host`, or is for a proxy.
          if (!incoming.url?.startsWith('/')) return new Response(undefined, { status: 400 })
          return answerOf(bearers, request, () => limit.welcome(incoming.socket as Socket))
        },
        hostname,
        port,
        serverOptions,
      },
      () => {
        server.off('error', reject)
        resolve(server)
      },
    ) as Server
    const limit = limitStrangers(server)
    server.maxConnections = 2_048
    // A client that reads nothing: streams are written to every 15 s, and what is not taken would pile up.
    server.setTimeout(stalledMs)
    server.once('error', reject)
  })
}

/** While the store is out of reach nobody's token can be looked up. */
async function answerOf(bearers: Bearers, request: Request, welcome: () => void): Promise<Response> {
  try {
    return await bearers.answer(request, welcome)
  } catch (error) {
    warn(error)
    return new Response('The memory cannot be reached. Try again later.', { status: 503 })
  }
}

async function closeAll(bearers: Bearers, server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => void server.close(() => resolve()))
  await bearers[Symbol.asyncDispose]()
  server.closeIdleConnections()
  const cut = setTimeout(() => server.closeAllConnections(), closeGraceMs)
  await closed
  clearTimeout(cut)
}
