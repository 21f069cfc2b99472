import type { Command } from 'commander'

import { addCommand } from '../../cli/command.ts'
import type { CommandContext } from '../../cli/command.ts'
import { exitCode } from '../../cli/exit-code.ts'
import { nonBlank } from '../../cli/parse-option.ts'
import { migrateStore } from '../../open/migrate-store.ts'
import { withoutPassword } from '../../open/store-address.ts'
import { renderMigration } from '../../render/render-migration.ts'
import { print, printJson } from '../../terminal/printer.ts'
import { showProgress } from '../../terminal/show-progress.ts'

/** The options of `skein migrate` as given. */
interface MigrateFlags {
  readonly space?: string
  readonly json: boolean
}

/** Adds `skein migrate`, which migrates a store to the current format. */
export function addMigrate(skein: Command, context: CommandContext): void {
  addCommand(skein, 'migrate')
    .argument('<store>', 'a database file, or redis://HOST:PORT')
    .option('--space <name>', 'only this space (default: all)', nonBlank)
    .option('--json', 'print one JSON object and nothing else on standard output', false)
    .action((address: string, flags: MigrateFlags) => migrate(address, flags, context))
}

async function migrate(address: string, { space, json }: MigrateFlags, context: CommandContext): Promise<void> {
  context.afterInterrupt = 'Migrated rows stay migrated. Run the same command again to continue.'
  const progress = showProgress(json)
  try {
    const spaces = await migrateStore(address, {
      signal: context.signal,
      onProgress: ({ space: label, rows, checked }) => progress.update([{ label, done: checked, total: rows }]),
      ...(space !== undefined && { space }),
    })
    progress.end()
    const store = withoutPassword(address)
    if (json) await printJson({ store, spaces })
    else await print(renderMigration(store, spaces))
    const isComplete = spaces.every(({ corruptions = [] }) => corruptions.length === 0)
    context.exitCode = isComplete ? exitCode.success : exitCode.failure
  } finally {
    progress.end()
  }
}
