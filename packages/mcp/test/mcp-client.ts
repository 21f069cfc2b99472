import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport as OldTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { ElicitRequestSchema, ResourceUpdatedNotificationSchema } from '@modelcontextprotocol/sdk/types.js'
import { afterAll } from 'vitest'

// Tests start the command many times: it is compiled once.
process.env['NODE_COMPILE_CACHE'] ??= join(tmpdir(), 'skein-test-compile-cache')

/** The command's source, which Node runs as it is. */
const cli: string = join(import.meta.dirname, '../../skein/src/cli.ts')

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
  /** The process of the server. */
  readonly pid: number
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

/** Starts `skein mcp` with these arguments, and connects to it. */
export async function connect(
  generation: Generation,
  args: readonly string[],
  { command = [process.execPath, cli, 'mcp'], capabilities = {}, onElicit }: ConnectOptions = {},
): Promise<TestClient> {
  const [program = '', ...first] = command
  const env = process.env as Record<string, string>
  const launch = { command: program, args: [...first, ...args], env, stderr: 'pipe' as const }
  const info = { name: `test ${generation}`, version: '1.0.0' }
  const isNew = generation === '2026'
  const client = (
    isNew
      ? new Client(info, { capabilities, versionNegotiation: { mode: 'auto' } })
      : new OldClient(info, { capabilities })
  ) as Client
  if (onElicit)
    client.setRequestHandler((isNew ? 'elicitation/create' : ElicitRequestSchema) as never, onElicit as never)
  const transport = isNew ? new InPlace(launch) : new OldTransport(launch)
  await client.connect(transport as StdioClientTransport)
  return testClient(client, transport.pid ?? 0)
}

/** The SDK probes a subclass in place, where it would start a second server for its own class. */
class InPlace extends StdioClientTransport {}

/** How {@link connect} differs from the usual. */
export interface ConnectOptions {
  readonly command?: readonly string[]
  readonly capabilities?: object
  readonly onElicit?: (request: object) => object
}

/** Wraps a connected client. */
export function testClient(client: Client, pid: number): TestClient {
  const answer = async (name: string, args: object = {}): Promise<ToolAnswer> =>
    (await client.callTool({ name, arguments: args as Record<string, unknown> })) as ToolAnswer
  return {
    client,
    pid,
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
