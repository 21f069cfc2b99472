import { OptionError } from '@skein/memory'
import { requireOptions, requireStrings } from '@skein/memory/runtime'
import type { OptionKinds } from '@skein/memory/runtime'

/** The clients whose form of configuration is known. */
export const mcpClients = ['claude', 'cursor', 'vscode', 'codex'] as const

/** A client with a configuration file. */
export type McpClient = (typeof mcpClients)[number]

/** How a client starts the server. */
export interface McpLaunch {
  readonly command: string
  readonly args: readonly string[]
}

const kinds: OptionKinds<McpLaunch> = { command: 'string', args: 'any' }

/**
 * Formats the configuration of a client: JSON on one line, or TOML for `codex`.
 *
 * @param name - The name of the server in there: letters, digits, `-` and `_`.
 * @throws OptionError
 *
 * @example
 * ```ts
 * import { clientConfig } from '@skein/mcp'
 *
 * clientConfig('cursor', 'skein', { command: 'skein', args: ['mcp'] })
 * // => '{"mcpServers":{"skein":{"command":"skein","args":["mcp"]}}}'
 * ```
 */
export function clientConfig(client: McpClient, name: string, launch: McpLaunch): string {
  const { command, args } = requireOptions('clientConfig', launch, kinds)
  requireStrings('command', [command])
  requireStrings('args', args)
  if (!mcpClients.includes(client)) throw new OptionError('client', `one of ${mcpClients.join(', ')}`, client)
  if (!/^[\w-]{1,64}$/.test(name)) throw new OptionError('name', 'letters, digits, - and _', name)
  switch (client) {
    case 'codex':
      // A string of JSON is one of TOML as well.
      return `[mcp_servers.${name}]\ncommand = ${JSON.stringify(command)}\nargs = ${JSON.stringify(args)}`
    case 'vscode':
      return JSON.stringify({ servers: { [name]: { type: 'stdio', command, args } } })
    default:
      return JSON.stringify({ mcpServers: { [name]: { command, args } } })
  }
}
