import { restore } from '@skein/sqlite'
import type { Command } from 'commander'

import { databasePath, existingDatabase, makeDefaultFolder } from '../open/open-store.ts'
import { addCommand } from '../cli/command.ts'
import type { CommandContext } from '../cli/command.ts'
import { copyWithProgress } from '../cli/copy-with-progress.ts'
import type { CopyFlags } from '../cli/copy-with-progress.ts'

/** The options of `skein restore` as they were given. */
interface RestoreFlags extends CopyFlags {
  readonly keepDamaged: boolean
}

/** `skein restore`: puts a backup in the place of a database. */
export function addRestore(skein: Command, context: CommandContext): void {
  addCommand(skein, 'restore')
    .description('Put a backup in the place of a store. It is checked before; stop the agents of that store first.')
    .argument('<file>', 'a backup')
    .argument('<store>', 'a database file')
    .option('--overwrite', 'replace the store if it is there already', false)
    .option('--keep-damaged', 'restore it even if single records or objects in it are damaged', false)
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
