import { encryptionFromEnvironment, openMemory } from '@skein/memory'
import { levels } from '@skein/memory/store'
import { Option } from 'commander'
import type { Command } from 'commander'

import { addCommand } from '../cli/command.ts'
import type { CommandContext } from '../cli/command.ts'
import { commaSeparated, integerFrom, nonBlank } from '../cli/parse-option.ts'
import { untilAborted } from '../cli/until-aborted.ts'
import { workersOf } from '../machines/workers-of.ts'
import { dashboardPrincipal } from '../inspect/dashboard-principal.ts'
import type { DashboardPrincipalOptions } from '../inspect/dashboard-principal.ts'
import { openExistingStore, requireSpace } from '../open/open-store.ts'
import { defaultStore, withoutPassword } from '../open/store-address.ts'
import { printNote, print, printJson } from '../terminal/printer.ts'

/** The options of `skein dashboard` as given. */
interface DashboardFlags extends DashboardPrincipalOptions {
  readonly store: string
  readonly space: string
  readonly queue: string
  readonly port: number
  readonly allowAnswers: boolean
  readonly json: boolean
}

/** Adds `skein dashboard`, which serves a live page on a memory until the user interrupts. */
export function addDashboard(skein: Command, context: CommandContext): void {
  addCommand(skein, 'dashboard')
    .option('--store <address>', 'the store: a database file, or redis://HOST:PORT', defaultStore)
    .option('--space <name>', 'the space within the store', 'default')
    .option('--queue <name>', 'the queue whose workers are shown, where the store is on Redis', nonBlank, 'default')
    .option('--port <number>', 'the port of the page (default: any free port)', integerFrom(0, 65_535), 0)
    .option('--allow-answers', 'let the page take and answer escalations; by default it only shows them', false)
    .option('--allow-control', 'let the page pause, stop and message agents, and cancel their activities', false)
    .option('--as <id>', 'your id, for the audit, answers and orders (default: your user name)')
    .addOption(
      new Option('--clearance <level>', 'the highest sensitivity of records that are shown')
        .choices([...levels])
        .default('public'),
    )
    .option('--compartments <names>', 'the compartments that are shown, separated by commas', commaSeparated)
    .option('--json', 'print the link as one JSON object', false)
    .action((flags: DashboardFlags) => show(flags, context))
}

async function show(flags: DashboardFlags, context: CommandContext): Promise<void> {
  const encryption = encryptionFromEnvironment()
  const store = await openExistingStore(flags.store)
  await requireSpace(store, flags.store, flags.space)
  await using memory = await openMemory({ store, space: flags.space, ...(encryption && { encryption }) })
  // Loaded on demand: other commands need not wait for it.
  const { serveDashboard } = await import('@skein/dashboard')
  await using dashboard = await serveDashboard({
    memory,
    principal: dashboardPrincipal(flags),
    port: flags.port,
    allowAnswers: flags.allowAnswers,
    storeName: withoutPassword(flags.store),
    ...workersOf(flags.store, flags.queue),
  })
  const { url, port } = dashboard
  if (flags.json) await printJson({ url, port })
  else await print(url)
  if (!flags.json) printNote('Open the link in a browser of this machine. Ctrl-C ends the dashboard.')
  await untilAborted(context.signal)
}
