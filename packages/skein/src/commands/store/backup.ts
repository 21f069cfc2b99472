import { backup } from '@skein/sqlite'
import type { Command } from 'commander'

import { addCommand } from '../../cli/command.ts'
import type { CommandContext } from '../../cli/command.ts'
import { copyWithProgress } from '../../cli/copy-with-progress.ts'
import type { CopyFlags } from '../../cli/copy-with-progress.ts'
import { databasePath, existingDatabase } from '../../open/open-store.ts'

/** Adds `skein backup`, which copies a database while it is in use. */
export function addBackup(skein: Command, context: CommandContext): void {
  addCommand(skein, 'backup')
    .argument('<store>', 'a database file')
    .argument('<file>', 'the copy')
    .option('--overwrite', 'replace the file if it exists', false)
    .option('--json', 'print one JSON object and nothing else on standard output', false)
    .action((store: string, file: string, flags: CopyFlags) => {
      const [from, to] = [existingDatabase(store), databasePath(file)]
      return copyWithProgress('Backed up', from, to, flags, context, (options) => backup(from, to, options))
    })
}
