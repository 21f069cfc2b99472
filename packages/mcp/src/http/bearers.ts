import { hostHeaderValidationResponse, originValidationResponse } from '@modelcontextprotocol/server'
import { MemoryClosedError } from '@skein/memory'
import type { Memory } from '@skein/memory'
import { isOutage, warn } from '@skein/memory/runtime'

import type { ToolSet } from '../protocol/tool-set.ts'
import { McpTokens } from '../tokens/mcp-tokens.ts'
import type { McpToken } from '../tokens/mcp-tokens.ts'
import { Bearer } from './bearer.ts'

/** What {@link Bearers} needs. */
export interface BearersOptions {
  readonly memory: Memory
  readonly tools: ToolSet
  /** Names under which the server may be addressed, and from whose pages. */
  readonly hosts: readonly string[]
}

/** The path at which MCP is served. */
export const mcpPath = '/mcp'

/** Lets requests with a valid token pass to the session of its bearer. */
export class Bearers implements AsyncDisposable {
  readonly #options: BearersOptions
  readonly #tokens: McpTokens
  readonly #known = new Map<string, Bearer>()
  readonly #stop = new AbortController()

  constructor(options: BearersOptions) {
    this.#options = options
    this.#tokens = new McpTokens(options.memory)
    void this.#followTokens()
  }

  /**
   * Answers a request.
   *
   * @param welcome - Called when the request has a valid token.
   */
  async answer(request: Request, welcome: () => void): Promise<Response> {
    const { hosts } = this.#options
    const refused = hostHeaderValidationResponse(request, [...hosts]) ?? originValidationResponse(request, [...hosts])
    if (refused) return refused
    if (new URL(request.url).pathname !== mcpPath) return new Response(`MCP is served at ${mcpPath}.`, { status: 404 })
    const text = /^Bearer +(\S{1,200})$/i.exec(request.headers.get('authorization') ?? '')?.[1]
    const token = text === undefined ? undefined : await this.#tokens.verify(text)
    if (!token || this.#stop.signal.aborted) return unauthorized(text !== undefined)
    welcome()
    return this.#bearerOf(token).answer(request)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    await this.#keepOnly(new Set())
  }

  #bearerOf(token: McpToken): Bearer {
    const { memory, tools } = this.#options
    const bearer = this.#known.get(token.id) ?? new Bearer(memory, token, tools)
    this.#known.set(token.id, bearer)
    return bearer
  }

  /** Ends sessions whose tokens are valid no more. */
  async #followTokens(): Promise<void> {
    const { signal } = this.#stop
    while (!signal.aborted) {
      try {
        await this.#tokens.follow((valid) => void this.#keepOnly(valid), signal)
      } catch (error) {
        if (signal.aborted || error instanceof MemoryClosedError) return
        if (!isOutage(error)) warn(error)
        await new Promise((resolve) => setTimeout(resolve, 1_000).unref())
      }
    }
  }

  async #keepOnly(valid: ReadonlySet<string>): Promise<void> {
    const ended = [...this.#known].filter(([id]) => !valid.has(id))
    for (const [id] of ended) this.#known.delete(id)
    await Promise.allSettled(ended.map(([, bearer]) => bearer[Symbol.asyncDispose]()))
  }
}

/** Source: RFC 6750, section 3. */
function unauthorized(isInvalid: boolean): Response {
  const challenge = isInvalid ? 'Bearer realm="skein", error="invalid_token"' : 'Bearer realm="skein"'
  return new Response('Send a token of `skein mcp token` as `Authorization: Bearer …`.', {
    status: 401,
    headers: { 'WWW-Authenticate': challenge },
  })
}
