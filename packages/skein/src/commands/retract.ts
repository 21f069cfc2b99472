import type { Command } from 'commander'

import { addCommand } from '../cli/command.ts'
import type { CommandContext } from '../cli/command.ts'
import { nonBlank } from '../cli/parse-option.ts'
import { findNamed, writtenByCorrections } from '../inspect/correctable.ts'
import { addInspectOptions } from '../inspect/inspect-options.ts'
import type { InspectFlags } from '../inspect/inspect-options.ts'
import { openReadOnly } from '../inspect/open-read-only.ts'
import { renderDoubts } from '../render/render-correction.ts'
import { print, printJson } from '../terminal/printer.ts'

/** The options of `skein retract` as given. */
interface RetractFlags extends InspectFlags {
  readonly reason: string
}

/** Adds `skein retract`, which says of a record that it holds no more. */
export function addRetract(skein: Command, context: CommandContext): void {
  const command = addCommand(skein, 'retract')
    .argument('<record>', 'an observation, decision, learning or object as observations/ID', nonBlank)
    .requiredOption('--reason <text>', 'the reason; it is kept with the record', nonBlank)
  addInspectOptions(command, { needsPerson: true }).action((name: string, flags: RetractFlags) =>
    retract(name, flags, context),
  )
}

async function retract(name: string, flags: RetractFlags, context: CommandContext): Promise<void> {
  await using opened = await openReadOnly(flags, context, { isAudited: true, writable: writtenByCorrections })
  const { view } = opened
  const { collection, id } = await findNamed(view, name, 'correctable')
  const correction =
    collection === 'objects'
      ? await view.objects.retract({ id }, flags.reason)
      : await view[collection].retract(id, flags.reason)
  const dependents = await view.corrections.dependents(`${collection}/${id}`)
  if (flags.json) await printJson({ space: flags.space, collection, id, correction, dependents })
  else await print(renderDoubts(`Retracted ${collection}/${id}.`, dependents, process.stdout))
}
