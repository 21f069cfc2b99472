import type { McpToken } from '@skein/mcp'
import { plainText } from '@skein/memory/runtime'
import { Argument } from 'commander'
import type { Command } from 'commander'

import { addCommand } from '../cli/command.ts'
import type { CommandContext } from '../cli/command.ts'
import { integerFrom, nonBlank } from '../cli/parse-option.ts'
import { addClientOptions, clientOf } from '../inspect/client-options.ts'
import type { ClientFlags } from '../inspect/client-options.ts'
import { clearanceText } from '../inspect/inspect-options.ts'
import { InputError } from '../open/input-error.ts'
import { openForClients } from '../open/open-for-clients.ts'
import { openExistingStore, requireSpace } from '../open/open-store.ts'
import { print, printJson, printNote } from '../terminal/printer.ts'

/** The options of `skein mcp token` as given. */
interface TokenFlags extends ClientFlags {
  readonly days: number
  readonly perMinute?: number
  readonly bytesPerDay?: number
  readonly withUser: boolean
  readonly json: boolean
}

type TokenAction = 'create' | 'list' | 'revoke'

const dayMs = 86_400_000

/** Adds `skein mcp token`, which makes, lists and revokes the tokens of clients over HTTP. */
export function addMcpToken(mcp: Command, context: CommandContext): void {
  const command = addCommand(mcp, 'token')
    .description('Make a token for a client over HTTP, list the tokens, or revoke one.')
    .addArgument(new Argument('<action>', 'what to do').choices(['create', 'list', 'revoke']))
    .argument('[id]', 'the token to revoke, as list shows it', nonBlank)
    .option('--days <number>', 'how long a new token is valid', integerFrom(1, 36_500), 30)
    .option('--per-minute <number>', 'requests in a minute (default: 600)', integerFrom(1, 1_000_000))
    .option('--bytes-per-day <number>', 'bytes that may be written in a day (default: no limit)', integerFrom(1, 1e15))
    .option('--with-user', 'the client has a user, who may answer questions on the spot', false)
    .option('--json', 'print JSON and nothing else on standard output', false)
  addClientOptions(command).action((action: TokenAction, id: string | undefined, _: object, self: Command) =>
    // The parent has options of the same names, which it would keep for itself.
    act(action, id, self.optsWithGlobals<TokenFlags>(), context),
  )
}

async function act(
  action: TokenAction,
  id: string | undefined,
  flags: TokenFlags,
  context: CommandContext,
): Promise<void> {
  if ((action === 'revoke') !== (id !== undefined)) {
    throw new InputError(action, action === 'revoke' ? 'needs the id of the token.' : 'takes no id.')
  }
  const { McpTokens } = await import('@skein/mcp')
  if (action !== 'create') await requireSpace(await openExistingStore(flags.store), flags.store, flags.space)
  await using memory = await openForClients(flags.store, flags.space)
  const tokens = new McpTokens(memory)
  if (action === 'revoke') {
    await tokens.revoke(id ?? '')
    await (flags.json ? printJson({ revoked: id }) : print(`Revoked ${plainText(id ?? '')}.`))
  } else if (action === 'list') {
    const list = await tokens.list()
    await (flags.json
      ? printJson(list)
      : print(list.length === 0 ? 'There are no tokens.' : list.map(lineOf).join('\n')))
  } else {
    const { token, ...made } = await tokens.create({
      principal: clientOf(flags),
      ttlMs: flags.days * dayMs,
      ...(flags.perMinute !== undefined && { requestsPerMinute: flags.perMinute }),
      ...(flags.bytesPerDay !== undefined && { bytesPerDay: flags.bytesPerDay }),
      elicitation: flags.withUser,
    })
    await (flags.json ? printJson({ ...made, token }) : print(token))
    if (!flags.json) printNote(`For ${lineOf(made)}. It is shown only once: the memory keeps its hash.`)
  }
  context.afterInterrupt = ''
}

function lineOf({ id, principal, expiresAt }: McpToken): string {
  const { id: bearer, role, clearance } = principal
  const until = new Date(expiresAt).toISOString().slice(0, 10)
  return `${id}  ${plainText(bearer)} (${plainText(role)}), ${plainText(clearanceText(clearance ?? { level: 'public' }))}, until ${until}`
}
