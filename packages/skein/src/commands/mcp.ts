import { resolve } from 'node:path'

import type { McpClient } from '@skein/mcp'
import { Option } from 'commander'
import type { Command } from 'commander'

import { addCommand } from '../cli/command.ts'
import type { CommandContext } from '../cli/command.ts'
import { integerFrom, nonBlanks } from '../cli/parse-option.ts'
import { untilAborted } from '../cli/until-aborted.ts'
import { addClientOptions, clientOf } from '../inspect/client-options.ts'
import type { ClientFlags } from '../inspect/client-options.ts'
import { clearanceText } from '../inspect/inspect-options.ts'
import { InputError } from '../open/input-error.ts'
import { openForClients } from '../open/open-for-clients.ts'
import { makeDefaultFolder } from '../open/open-store.ts'
import { parseStoreAddress } from '../open/store-address.ts'
import { print, printNote } from '../terminal/printer.ts'
import { addMcpToken } from './mcp-token.ts'

/** The options of `skein mcp` as given. */
interface McpFlags extends ClientFlags {
  readonly compat?: 'memory'
  readonly http: boolean
  readonly port?: number
  readonly host?: string
  readonly allowHost: readonly string[]
  readonly elicitation: boolean
  readonly printConfig?: McpClient
}

/** As in `@skein/mcp`, which other commands need not load. */
const clients = ['claude', 'cursor', 'vscode', 'codex'] as const satisfies readonly McpClient[]

/** Adds `skein mcp`, which serves a memory to MCP clients. */
export function addMcp(skein: Command, context: CommandContext): void {
  const command = addCommand(skein, 'mcp')
  addClientOptions(command)
    .addOption(
      new Option('--compat <server>', 'offer the nine tools of the official memory server instead of ours').choices([
        'memory',
      ]),
    )
    .option('--no-elicitation', 'send questions to the inbox, even if the client can ask its user')
    .option('--http', 'serve over HTTP; tokens say who the clients are (skein mcp token makes them)', false)
    .option('--port <number>', 'with --http: the port (default: any free port)', integerFrom(0, 65_535))
    .option('--host <address>', 'with --http: the address to listen at (default: 127.0.0.1)')
    .addOption(
      new Option('--allow-host <name>', 'with --http: a name by which clients address this server (may be repeated)')
        .argParser(nonBlanks)
        .default([], 'those of this machine for itself'),
    )
    .addOption(
      new Option('--print-config <client>', 'print the configuration of a client with these options, and end').choices(
        clients,
      ),
    )
    .action((flags: McpFlags) => serve(flags, context))
  addMcpToken(command, context)
}

async function serve(flags: McpFlags, context: CommandContext): Promise<void> {
  const { clientConfig, serveMcpHttp, serveMcpStdio } = await import('@skein/mcp')
  const { printConfig, http, port, host, allowHost, compat, elicitation } = flags
  if (printConfig !== undefined) {
    if (http) throw new InputError('--print-config', 'is for clients that start the server. Give others its address.')
    // Once it is named by its whole path, nobody creates it any longer.
    makeDefaultFolder(flags.store)
    await print(clientConfig(printConfig, 'skein', { command: 'npx', args: launchArgs(flags) }))
    return
  }
  if (!http && (port !== undefined || host !== undefined || allowHost.length > 0)) {
    throw new InputError('--port, --host and --allow-host', 'belong to --http.')
  }
  const tools = compat ?? 'skein'
  await using memory = await openForClients(flags.store, flags.space)
  if (http) {
    await using server = await serveMcpHttp({
      memory,
      tools,
      ...(port !== undefined && { port }),
      ...(host !== undefined && { host }),
      ...(allowHost.length > 0 && { hosts: allowHost }),
    })
    await print(server.url)
    printNote('Clients need a token: skein mcp token create. Ctrl-C ends the server.')
    await untilAborted(context.signal)
    return
  }
  await using server = serveMcpStdio({ memory, principal: clientOf(flags), tools, elicitation })
  if (process.stdin.isTTY) printNote('An MCP client talks to this on standard input and output. Ctrl-C ends it.')
  const onAbort = (): void => void server.close()
  context.signal.addEventListener('abort', onAbort, { once: true })
  if (context.signal.aborted) onAbort()
  await server.closed
}

/** The arguments by which a client starts this server. Clients have working folders of their own. */
function launchArgs(flags: McpFlags): readonly string[] {
  const { store, space, role, compat, elicitation } = flags
  const { kind } = parseStoreAddress(store)
  const { id, clearance } = clientOf(flags)
  return [
    '-y',
    'skein',
    'mcp',
    '--store',
    kind === 'file' ? resolve(store) : store,
    ...(space === 'default' ? [] : ['--space', space]),
    '--as',
    id,
    ...(role === 'assistant' ? [] : ['--role', role]),
    ...(clearance && clearanceText(clearance) !== 'public' ? ['--clearance', clearanceText(clearance)] : []),
    ...(compat === undefined ? [] : ['--compat', compat]),
    ...(elicitation ? [] : ['--no-elicitation']),
  ]
}
