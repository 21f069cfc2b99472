import type { Command } from 'commander'

import { addCommand } from '../cli/command.ts'
import type { CommandContext } from '../cli/command.ts'
import { nonBlank } from '../cli/parse-option.ts'
import { migrateStore } from '../open/migrate-store.ts'
import type { MigratedSpace } from '../open/migrate-store.ts'
import { withoutPassword } from '../open/store-address.ts'
import { countOf } from '../terminal/amounts.ts'
import { showProgress } from '../terminal/show-progress.ts'
import { writeOut } from '../terminal/standard-streams.ts'

/** The options of `skein migrate` as given. */
interface MigrateFlags {
  readonly space?: string
  readonly json: boolean
}

/** Adds `skein migrate`, which migrates a store to the current format. */
export function addMigrate(skein: Command, context: CommandContext): void {
  addCommand(skein, 'migrate')
    .description(
      'Migrate a store to the current format. A SQLite file migrates as a whole when a program opens it for writing, as this does. ' +
        'A Redis row migrates when it is next written; this migrates the others, while agents continue to work.',
    )
    .argument('<store>', 'a database file, or redis://HOST:PORT')
    .option('--space <name>', 'only this space (default: all)', nonBlank)
    .option('--json', 'print one JSON object and nothing else on standard output', false)
    .action((address: string, flags: MigrateFlags) => migrate(address, flags, context))
}

async function migrate(address: string, { space, json }: MigrateFlags, context: CommandContext): Promise<void> {
  context.afterInterrupt = 'Migrated rows stay migrated. Run the same command again to continue.'
  const progress = showProgress(process.stderr, json)
  try {
    const spaces = await migrateStore(address, {
      signal: context.signal,
      onProgress: ({ space: name, rows = 0 }) => progress.update([{ label: name, done: rows, total: 0 }]),
      ...(space !== undefined && { space }),
    })
    progress.end()
    const store = withoutPassword(address)
    await writeOut(`${json ? JSON.stringify({ store, spaces }) : renderMigration(store, spaces)}\n`)
  } finally {
    progress.end()
  }
}

function renderMigration(store: string, spaces: readonly MigratedSpace[]): string {
  if (spaces.length === 0) return `${store} holds no spaces.`
  const lines = spaces.map(({ space, rows, migrated }) => {
    if (rows === undefined || migrated === undefined) return `  ${space}`
    return `  ${space}: ${countOf(rows, 'row')}, ${migrated.toLocaleString('en')} of them migrated`
  })
  return [`${store} has the current format:`, ...lines].join('\n')
}
