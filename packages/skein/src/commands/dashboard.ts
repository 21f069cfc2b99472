import { encryptionFromEnvironment, openMemory } from '@skein/memory'
import { levels } from '@skein/memory/store'
import type { StoreDriver } from '@skein/memory/store'
import { InvalidArgumentError, Option } from 'commander'
import type { Command } from 'commander'

import { InputError } from '../open/input-error.ts'
import { defaultStore, openExistingStore } from '../open/open-store.ts'
import { addCommand } from '../cli/command.ts'
import type { CommandContext } from '../cli/command.ts'
import { personLookingOn } from '../inspect/dashboard-principal.ts'
import type { PersonFlags } from '../inspect/dashboard-principal.ts'
import { withoutPassword } from '../render/render-findings.ts'
import { writeOut } from '../terminal/standard-streams.ts'
import { untilAborted } from '../cli/until-aborted.ts'

/** The options of `skein dashboard` as they were given. */
interface DashboardFlags extends PersonFlags {
  readonly store: string
  readonly space: string
  readonly port: number
  readonly allowAnswers: boolean
  readonly json: boolean
}

/** `skein dashboard`: shows a memory on a live page, until the user interrupts. */
export function addDashboard(skein: Command, context: CommandContext): void {
  addCommand(skein, 'dashboard')
    .description(
      'Show a memory, and whoever works on it, on a live page of this machine. ' +
        'Prints the link that opens it, and stays until interrupted.',
    )
    .option('--store <address>', 'where the memory lives: a database file, or redis://HOST:PORT', defaultStore)
    .option('--space <name>', 'which shared memory of the store', 'default')
    .option('--port <number>', 'where to serve the page (default: a port that is free)', portNumber, 0)
    .option('--allow-answers', 'let the page take and answer escalations; without it, it only shows', false)
    .option('--as <id>', 'who looks on, and answers (default: your user name)')
    .addOption(
      new Option('--clearance <level>', 'how sensitive the records may be that are shown')
        .choices([...levels])
        .default('public'),
    )
    .option('--compartments <names>', 'compartments that are shown, with commas between', listOf)
    .option('--json', 'print the link as one JSON object', false)
    .action((flags: DashboardFlags) => show(flags, context))
}

async function show(flags: DashboardFlags, context: CommandContext): Promise<void> {
  const encryption = encryptionFromEnvironment()
  const store = openExistingStore(flags.store)
  await requireSpace(store, flags)
  await using memory = await openMemory({ store, space: flags.space, ...(encryption && { encryption }) })
  // Loaded where it is used: other commands need not wait for it.
  const { serveDashboard } = await import('@skein/dashboard')
  await using board = await serveDashboard({
    memory,
    principal: personLookingOn(flags),
    port: flags.port,
    allowAnswers: flags.allowAnswers,
    storeName: withoutPassword(flags.store),
  })
  const { url, port } = board
  await writeOut(flags.json ? `${JSON.stringify({ url, port })}\n` : `${url}\n`)
  if (!flags.json) process.stderr.write('Open the link in a browser of this machine. Ctrl-C ends the dashboard.\n')
  await untilAborted(context.signal)
}

/** To open a space makes it; whoever wants to look at one means one that is there. */
async function requireSpace(store: StoreDriver, { space, store: address }: DashboardFlags): Promise<void> {
  const spaces = await store.spaces()
  if (spaces.includes(space)) return
  const known = spaces.length === 0 ? 'It holds none.' : `It holds ${spaces.slice(0, 20).join(', ')}.`
  throw new InputError(withoutPassword(address), `holds no space "${space}". ${known} Name one with --space.`)
}

function portNumber(value: string): number {
  const port = Number(value)
  if (!/^\d+$/.test(value) || port > 65_535) throw new InvalidArgumentError('Expected a whole number up to 65535.')
  return port
}

function listOf(value: string): string[] {
  return value.split(',').filter((name) => name !== '')
}
