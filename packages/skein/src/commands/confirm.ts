import type { Command } from 'commander'

import { addCommand } from '../cli/command.ts'
import type { CommandContext } from '../cli/command.ts'
import { nonBlank } from '../cli/parse-option.ts'
import { findNamed } from '../inspect/correctable.ts'
import { addInspectOptions } from '../inspect/inspect-options.ts'
import type { InspectFlags } from '../inspect/inspect-options.ts'
import { openReadOnly } from '../inspect/open-read-only.ts'
import { print, printJson } from '../terminal/printer.ts'

/** The options of `skein confirm` as given. */
interface ConfirmFlags extends InspectFlags {
  readonly reason?: string
}

/** Adds `skein confirm`, which says of a record in doubt that it holds. */
export function addConfirm(skein: Command, context: CommandContext): void {
  const command = addCommand(skein, 'confirm')
    .argument('<record>', 'a record as COLLECTION/ID', nonBlank)
    .option('--reason <text>', 'the reason; it is kept with the record', nonBlank)
  addInspectOptions(command, { needsPerson: true }).action((name: string, flags: ConfirmFlags) =>
    confirmRecord(name, flags, context),
  )
}

async function confirmRecord(name: string, flags: ConfirmFlags, context: CommandContext): Promise<void> {
  await using opened = await openReadOnly(flags, context, { isAudited: true, writable: ['corrections'] })
  const { collection, id } = await findNamed(opened.view, name, 'derived')
  const options = flags.reason === undefined ? {} : { reason: flags.reason }
  await opened.view.corrections.confirm(`${collection}/${id}`, options)
  if (flags.json) await printJson({ space: flags.space, collection, id, confirmed: true })
  else await print(`Confirmed ${collection}/${id}.`)
}
