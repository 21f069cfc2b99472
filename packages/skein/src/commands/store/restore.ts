import { restore } from '@skein/sqlite'
import type { Command } from 'commander'

import { addCommand } from '../../cli/command.ts'
import type { CommandContext } from '../../cli/command.ts'
import { copyWithProgress } from '../../cli/copy-with-progress.ts'
import type { CopyFlags } from '../../cli/copy-with-progress.ts'
import { databasePath, existingDatabase, makeDefaultFolder } from '../../open/open-store.ts'

/** The options of `skein restore` as given. */
interface RestoreFlags extends CopyFlags {
  readonly keepDamaged: boolean
}

/** Adds `skein restore`, which replaces a database by a backup. */
export function addRestore(skein: Command, context: CommandContext): void {
  addCommand(skein, 'restore')
    .argument('<file>', 'a backup')
    .argument('<store>', 'a database file')
    .option('--overwrite', 'replace the store if it exists', false)
    .option('--keep-damaged', 'restore a backup even if some of its records or objects are damaged', false)
    .option('--json', 'print one JSON object and nothing else on standard output', false)
    .action((file: string, store: string, flags: RestoreFlags) => {
      const [from, to] = [existingDatabase(file), databasePath(store)]
      makeDefaultFolder(store)
      const { keepDamaged } = flags
      return copyWithProgress('Restored', from, to, flags, context, (options) =>
        restore(from, to, { ...options, keepDamaged }),
      )
    })
}
