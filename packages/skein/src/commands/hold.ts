import { collectionsWith } from '@skein/memory/store'
import { Option } from 'commander'
import type { Command } from 'commander'

import { addCommand } from '../cli/command.ts'
import type { CommandContext } from '../cli/command.ts'
import { nonBlank, nonBlanks } from '../cli/parse-option.ts'
import { addInspectOptions } from '../inspect/inspect-options.ts'
import type { InspectFlags } from '../inspect/inspect-options.ts'
import { openReadOnly } from '../inspect/open-read-only.ts'
import { InputError } from '../open/input-error.ts'
import { countOf, countsIn } from '../terminal/amounts.ts'
import { print, printJson } from '../terminal/printer.ts'
import { addFilterOptions, hasFilter, targetOf } from '../forgetting/which-records.ts'
import type { FilterFlags } from '../forgetting/which-records.ts'

interface HoldFlags extends InspectFlags, FilterFlags {
  readonly reason: string
  readonly derived: 'hold' | 'leave'
}

interface ReleaseFlags extends InspectFlags {
  readonly reason: string
}

/** What a hold writes: itself, and records whose ends it takes. */
const writable = [...collectionsWith('forgettable'), 'holds', 'settings'] as const

/** Adds `skein hold`, which keeps records from being forgotten. */
export function addHold(skein: Command, context: CommandContext): void {
  const command = addCommand(skein, 'hold')
    .argument('[records...]', 'records as COLLECTION/ID; a key that ends in … or * is a prefix', nonBlanks)
    .requiredOption('--reason <text>', 'the reason, such as the name of the proceedings', nonBlank)
    .addOption(
      new Option('--derived <what>', 'what to do with records derived from them')
        .choices(['hold', 'leave'])
        .default('hold'),
    )
  addInspectOptions(addFilterOptions(command)).action((names: readonly string[] = [], flags: HoldFlags) => {
    return hold(names, flags, context)
  })
}

/** Adds `skein release`, which ends a hold. */
export function addRelease(skein: Command, context: CommandContext): void {
  const command = addCommand(skein, 'release')
    .argument('<hold>', 'the id of the hold, as skein ls holds shows it', nonBlank)
    .requiredOption('--reason <text>', 'why the records need no longer be kept', nonBlank)
  addInspectOptions(command).action((id: string, flags: ReleaseFlags) => release(id, flags, context))
}

async function hold(names: readonly string[], flags: HoldFlags, context: CommandContext): Promise<void> {
  if (names.length > 0 === hasFilter(flags)) {
    throw new InputError('hold', 'needs records as COLLECTION/ID, or options such as --subject, and not both.')
  }
  await using opened = await openReadOnly(flags, context, { isAudited: true, writable })
  const { view } = opened
  const { reason, derived, space, json } = flags
  context.afterInterrupt = 'skein ls holds shows whether the hold is in force.'
  const { id, held, pastVersions } = await view.holds.place(await targetOf(view, names, flags), { reason, derived })
  if (json) {
    await printJson({ space, id, held, pastVersions })
    return
  }
  const past = pastVersions === 0 ? '' : `, with ${countOf(pastVersions, 'past version')}`
  await print(`Holds ${countsIn(held) || 'nothing so far'}${past}. skein release ${id} ends it.`)
}

async function release(id: string, flags: ReleaseFlags, context: CommandContext): Promise<void> {
  await using opened = await openReadOnly(flags, context, { isAudited: true, writable })
  const name = id.replace(/^holds\//u, '')
  await opened.view.holds.release(name, { reason: flags.reason })
  if (flags.json) await printJson({ space: flags.space, id: name, released: true })
  else await print('Released.')
}
