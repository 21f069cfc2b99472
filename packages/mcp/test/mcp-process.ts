import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { StdioClientTransport as OldTransport } from '@modelcontextprotocol/sdk/client/stdio.js'

import { cli } from '../../skein/test/run-skein.ts'
import { connectOver } from './mcp-client.ts'
import type { Generation, TestClient } from './mcp-client.ts'

// Tests start the command several times: it is compiled once.
process.env['NODE_COMPILE_CACHE'] ??= join(tmpdir(), 'skein-test-compile-cache')

/** A client with a process of its own as its server. */
export interface ProcessClient extends TestClient {
  /** The process of the server. */
  readonly pid: number
}

/** Starts `skein mcp` with these arguments, or another server, and connects to it. */
export async function connectProcess(
  generation: Generation,
  args: readonly string[],
  server: readonly string[] = [process.execPath, cli, 'mcp'],
): Promise<ProcessClient> {
  const [command = '', ...first] = server
  const launch = { command, args: [...first, ...args], env: process.env as Record<string, string> }
  const Transport = generation === '2026' ? InPlace : OldTransport
  const transport = new Transport({ ...launch, stderr: 'pipe' }) as StdioClientTransport
  const client = await connectOver(generation, transport)
  return { ...client, pid: transport.pid ?? 0 }
}

/** The SDK probes a subclass in place, where it would start a second server for its own class. */
class InPlace extends StdioClientTransport {}
