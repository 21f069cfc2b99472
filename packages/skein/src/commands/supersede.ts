import type { Command } from 'commander'

import { addCommand } from '../cli/command.ts'
import type { CommandContext } from '../cli/command.ts'
import { nonBlank } from '../cli/parse-option.ts'
import { findNamed, writtenByCorrections } from '../inspect/correctable.ts'
import { addInspectOptions } from '../inspect/inspect-options.ts'
import type { InspectFlags } from '../inspect/inspect-options.ts'
import { openReadOnly } from '../inspect/open-read-only.ts'
import { InputError } from '../open/input-error.ts'
import { renderDoubts } from '../render/render-correction.ts'
import { print, printJson } from '../terminal/printer.ts'

/** The options of `skein supersede` as given. */
interface SupersedeFlags extends InspectFlags {
  readonly by: string
  readonly reason?: string
}

/** Adds `skein supersede`, which says that another record holds in place of one. */
export function addSupersede(skein: Command, context: CommandContext): void {
  const command = addCommand(skein, 'supersede')
    .argument('<record>', 'an observation, decision, learning or object as observations/ID', nonBlank)
    .requiredOption('--by <record>', 'the record that holds now, of the same kind', nonBlank)
    .option('--reason <text>', 'the reason; it is kept with the record', nonBlank)
  addInspectOptions(command, { needsPerson: true }).action((name: string, flags: SupersedeFlags) =>
    supersede(name, flags, context),
  )
}

async function supersede(name: string, flags: SupersedeFlags, context: CommandContext): Promise<void> {
  await using opened = await openReadOnly(flags, context, { writable: writtenByCorrections, isAudited: true })
  const { view } = opened
  const old = await findNamed(view, name, 'correctable')
  const next = await findNamed(view, flags.by, 'correctable')
  const { collection, id } = old
  if (next.collection !== collection) throw new InputError('--by', `names none of the ${collection}. Name one.`)
  const options = flags.reason === undefined ? {} : { reason: flags.reason }
  if (collection === 'objects') await view.objects.supersede(old, next, options)
  else await view[collection].supersede(id, { id: next.id }, options)
  const about = `${collection}/${id}`
  const [correction, dependents] = [await view.corrections.of(about), await view.corrections.dependents(about)]
  if (flags.json) await printJson({ space: flags.space, collection, id, correction, dependents })
  else await print(renderDoubts(`${collection}/${next.id} holds in place of ${id}.`, dependents, process.stdout))
}
