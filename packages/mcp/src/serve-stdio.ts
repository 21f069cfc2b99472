import type { Readable, Writable } from 'node:stream'

import { serveStdio } from '@modelcontextprotocol/server/stdio'
import type { Server } from '@modelcontextprotocol/server'
import type { Memory, Principal } from '@skein/memory'
import { requireObject, requireOptions } from '@skein/memory/runtime'
import type { OptionKinds } from '@skein/memory/runtime'

import { memoryServer } from './protocol/memory-server.ts'
import { StdioLine } from './protocol/stdio-line.ts'
import { requireToolSet } from './protocol/tool-set.ts'
import type { ToolSet } from './protocol/tool-set.ts'
import { ResourceNews } from './resources/resource-news.ts'
import { Session } from './session/session.ts'

/** Options of {@link serveMcpStdio}. */
export interface ServeMcpStdioOptions {
  /** The memory; it stays open after the server closes. */
  readonly memory: Memory
  /** The principal of the client. */
  readonly principal: Principal
  /**
   * The set of tools: `skein` for those of the memory, `memory` for the nine of the official memory server.
   *
   * @defaultValue 'skein'
   */
  readonly tools?: ToolSet
  /**
   * Whether the client's user may directly answer questions that are assigned to nobody.
   *
   * @defaultValue true
   */
  readonly elicitation?: boolean
  /** @defaultValue the standard input of the process */
  readonly input?: Readable
  /** @defaultValue the standard output of the process, which nothing else may write to */
  readonly output?: Writable
}

/** A server for one client. */
export interface McpStdioServer extends AsyncDisposable {
  /** Resolves when the client has disconnected or {@link close} was called. Its claims are released by then. */
  readonly closed: Promise<void>
  /** Safe to call twice. */
  close(): Promise<void>
}

const kinds: OptionKinds<ServeMcpStdioOptions> = {
  memory: 'object',
  principal: 'any',
  tools: 'any',
  elicitation: 'boolean',
  input: 'object',
  output: 'object',
}

/**
 * Serves MCP to one client over standard input and output. The client may use a 2025 revision or 2026-07-28.
 *
 * @throws OptionError, MemoryClosedError
 *
 * @example
 * ```ts no-run
 * import { serveMcpStdio } from '@skein/mcp'
 * import { openMemory } from '@skein/memory'
 * import { sqliteStore } from '@skein/sqlite'
 *
 * const memory = await openMemory({ store: sqliteStore('flock.db') })
 * const server = serveMcpStdio({ memory, principal: { id: 'ann', role: 'research' } })
 * await server.closed
 * await memory.close()
 * ```
 */
export function serveMcpStdio(options: ServeMcpStdioOptions): McpStdioServer {
  const {
    memory,
    principal,
    tools = 'skein',
    elicitation = true,
    input = process.stdin,
    output,
  } = requireOptions('serveMcpStdio', options, kinds)
  requireObject('memory', memory, 'an open memory')
  requireToolSet(tools)
  const session = new Session(memory, principal, { mayElicit: elicitation })
  const { promise: closed, resolve } = Promise.withResolvers<void>()
  const wanted = new Set<string>()
  let server: Server | undefined
  // A view without the session's scope: what is told are names that the client has asked for itself.
  const news = new ResourceNews(memory.as(principal), {
    wants: (uri) => wanted.has(uri),
    tell: async (uri) => {
      await server?.sendResourceUpdated({ uri })
      await line.sent
    },
  })
  const end = (): void => {
    news.stop()
    void session[Symbol.asyncDispose]().finally(resolve)
  }
  const line = new StdioLine(input, output, {
    onSubscribe: (uris) => {
      for (const uri of uris) wanted.add(uri)
      news.start()
    },
    onEnd: end,
  })
  const handle = serveStdio(
    () => (server = memoryServer(session, { tools, canSubscribe: true, onUnsubscribe: (uri) => wanted.delete(uri) })),
    { transport: line },
  )
  const close = async (): Promise<void> => {
    await handle.close()
    await closed
  }
  return { closed, close, [Symbol.asyncDispose]: close }
}
