import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { PassThrough } from 'node:stream'

import { Client } from '@modelcontextprotocol/client'
import type { JSONRPCMessage, Transport } from '@modelcontextprotocol/client'
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js'
import { ElicitRequestSchema, ResourceUpdatedNotificationSchema } from '@modelcontextprotocol/sdk/types.js'
import { serveMcpStdio } from '@skein/mcp'
import type { ToolSet } from '@skein/mcp'
import { openMemory } from '@skein/memory'
import type { Clearance } from '@skein/memory'
import type { Span } from '@skein/memory/runtime'
import type { StoreDriver } from '@skein/memory/store'
import { sqliteStore } from '@skein/sqlite'
import { afterAll } from 'vitest'

/** A generation of clients: of the SDK of 2025, or of the one that speaks the revision 2026-07-28. */
export type Generation = '2025' | '2026'
export const generations: readonly Generation[] = ['2025', '2026']

/** An MCP client, whatever its generation. */
export interface TestClient extends AsyncDisposable {
  /** The structured content of a tool's answer. @throws its text, when it is an error. */
  call(name: string, args?: object): Promise<Record<string, unknown>>
  /** The whole answer of a tool. */
  answer(name: string, args?: object): Promise<ToolAnswer>
  readonly client: Client
}

/** The answer of a tool as it came. */
export interface ToolAnswer {
  readonly isError?: boolean
  readonly content: readonly { readonly type: string; readonly text: string }[]
  readonly structuredContent?: Record<string, unknown>
}

/** A new folder, removed after the tests of the file. */
export function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'skein-mcp-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Who a client is, and what it can. */
export interface ConnectOptions {
  readonly id?: string
  readonly role?: string
  readonly clearance?: Clearance
  readonly tools?: ToolSet
  readonly capabilities?: object
  readonly onElicit?: (request: object) => object
  /** Sees the spans of the server. */
  readonly onSpan?: (span: Span) => void
}

/** Serves a database file, or another store, over two streams, as a process would over its own, and connects a client. */
export async function connect(
  generation: Generation,
  store: string | StoreDriver,
  { id = 'test', role = 'test', clearance, tools = 'skein', onSpan, ...options }: ConnectOptions = {},
): Promise<TestClient> {
  const memory = await openMemory({ store: typeof store === 'string' ? sqliteStore(store) : store })
  if (onSpan) memory.tracing.onSpan(onSpan)
  const [input, output] = [new PassThrough(), new PassThrough()]
  const principal = { id, role, ...(clearance && { clearance }) }
  const server = serveMcpStdio({ memory, principal, tools, input, output })
  const line = new Line(input, output, async () => {
    await server.closed
    await memory.close()
  })
  return connectOver(generation, line, options)
}

/** Connects a client over a transport. */
export async function connectOver(
  generation: Generation,
  transport: Transport,
  user: ClientUser = {},
): Promise<TestClient> {
  const client = makeClient(generation, user)
  await client.connect(transport)
  return testClient(client)
}

/** The user of a client, who can be asked something. */
export type ClientUser = Pick<ConnectOptions, 'capabilities' | 'onElicit'>

/** A client that is not connected yet. */
export function makeClient(generation: Generation, { capabilities = {}, onElicit }: ClientUser): Client {
  const info = { name: `test ${generation}`, version: '1.0.0' }
  const isNew = generation === '2026'
  const client = (
    isNew
      ? new Client(info, { capabilities, versionNegotiation: { mode: 'auto' } })
      : new OldClient(info, { capabilities })
  ) as Client
  if (onElicit)
    client.setRequestHandler((isNew ? 'elicitation/create' : ElicitRequestSchema) as never, onElicit as never)
  return client
}

/** The client's end of two streams. Closing it waits until the server is done. */
class Line implements Transport {
  onclose?: () => void
  onmessage?: Transport['onmessage']
  readonly #input: PassThrough
  readonly #output: PassThrough
  readonly #closed: () => Promise<void>

  constructor(input: PassThrough, output: PassThrough, closed: () => Promise<void>) {
    this.#input = input
    this.#output = output
    this.#closed = closed
  }

  async start(): Promise<void> {
    createInterface({ input: this.#output }).on('line', (line) => this.onmessage?.(JSON.parse(line) as JSONRPCMessage))
  }

  async send(message: JSONRPCMessage): Promise<void> {
    this.#input.write(`${JSON.stringify(message)}\n`)
  }

  async close(): Promise<void> {
    this.#input.end()
    await this.#closed()
    this.onclose?.()
  }
}

/** Wraps a connected client. */
export function testClient(client: Client): TestClient {
  const answer = async (name: string, args: object = {}): Promise<ToolAnswer> =>
    (await client.callTool({ name, arguments: args as Record<string, unknown> })) as ToolAnswer
  return {
    client,
    answer,
    call: async (name, args) => {
      const { isError, content, structuredContent } = await answer(name, args)
      if (isError) throw new Error(content[0]?.text)
      return structuredContent ?? {}
    },
    [Symbol.asyncDispose]: () => client.close(),
  }
}

/** Subscribes to a resource. @returns a promise of the address that the client is told has changed. */
export async function subscribe(
  client: Client,
  generation: Generation,
  uri: string,
): Promise<{ told: Promise<string> }> {
  const { promise: told, resolve } = Promise.withResolvers<string>()
  const onNews = ({ params }: { params: { uri: string } }): void => resolve(params.uri)
  if (generation === '2026') {
    client.setNotificationHandler('notifications/resources/updated', onNews)
    await client.listen({ resourceSubscriptions: [uri] })
  } else {
    client.setNotificationHandler(ResourceUpdatedNotificationSchema as never, onNews as never)
    await client.subscribeResource({ uri })
  }
  return { told }
}
