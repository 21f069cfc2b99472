import { createMcpHandler, InMemoryServerEventBus } from '@modelcontextprotocol/server'
import type { McpHttpHandler } from '@modelcontextprotocol/server'
import type { Memory } from '@skein/memory'

import { memoryServer } from '../protocol/memory-server.ts'
import type { ToolSet } from '../protocol/tool-set.ts'
import { ResourceNews } from '../resources/resource-news.ts'
import { Session } from '../session/session.ts'
import type { McpToken } from '../tokens/mcp-tokens.ts'
import { RequestRate } from '../tokens/request-rate.ts'
import { writeQuota } from '../tokens/write-quota.ts'

/** A longer request is refused, in bytes. */
const maxBodyBytes = 1_048_576
/** A bearer may have so many subscriptions at a time. */
const maxSubscriptions = 16

/** The bearer of a token at work: one session, whatever the number of its connections. */
export class Bearer implements AsyncDisposable {
  readonly #session: Session
  readonly #handler: McpHttpHandler
  readonly #news: ResourceNews
  readonly #rate: RequestRate

  constructor(memory: Memory, token: McpToken, tools: ToolSet) {
    const { id, principal, requestsPerMinute, bytesPerDay, elicitation } = token
    const view = memory.as(principal)
    const quota = bytesPerDay === undefined ? {} : { spend: writeQuota(view, id, bytesPerDay) }
    this.#session = new Session(memory, principal, { mayElicit: elicitation, ...quota })
    this.#rate = new RequestRate(requestsPerMinute, performance.now())
    const bus = new WatchedBus(
      () => this.#news.start(),
      () => this.#news.stop(),
    )
    // The SDK knows who subscribes to what.
    this.#news = new ResourceNews(view, {
      wants: () => true,
      tell: (uri) => bus.publish({ kind: 'resource_updated', uri }),
    })
    this.#handler = createMcpHandler(
      ({ era }) => memoryServer(this.#session, { tools, canSubscribe: era === 'modern' }),
      {
        bus,
        maxSubscriptions,
        maxRequestBodySize: maxBodyBytes,
      },
    )
  }

  /** Answers a request whose token was verified. */
  async answer(request: Request): Promise<Response> {
    const seconds = this.#rate.take(performance.now())
    if (seconds === 0) return this.#handler.fetch(request)
    return new Response(`Too many requests. Try again in ${seconds} s.`, {
      status: 429,
      headers: { 'Retry-After': String(seconds) },
    })
  }

  /** Ends its streams, and gives back what it claimed. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#news.stop()
    await this.#handler.close()
    await this.#session[Symbol.asyncDispose]()
  }
}

/** A bus that says when it gets its first listener and loses its last. */
class WatchedBus extends InMemoryServerEventBus {
  readonly #onFirst: () => void
  readonly #onNone: () => void

  constructor(onFirst: () => void, onNone: () => void) {
    super()
    this.#onFirst = onFirst
    this.#onNone = onNone
  }

  override subscribe(listener: Parameters<InMemoryServerEventBus['subscribe']>[0]): () => void {
    const unsubscribe = super.subscribe(listener)
    this.#onFirst()
    return () => {
      unsubscribe()
      if (this.listenerCount === 0) this.#onNone()
    }
  }
}
