import type { Ref, View } from '@skein/memory'
import { parseWorkId } from '@skein/memory/runtime'
import type { AnyRecord } from '@skein/memory/runtime'
import type { Command } from 'commander'

import { addCommand } from '../cli/command.ts'
import type { CommandContext } from '../cli/command.ts'
import { exitCode } from '../cli/exit-code.ts'
import { nonBlanks } from '../cli/parse-option.ts'
import { findWorks } from '../inspect/find-works.ts'
import { addInspectOptions, principalOf } from '../inspect/inspect-options.ts'
import { usesOf } from '../inspect/lineage-of.ts'
import { openReadOnly } from '../inspect/open-read-only.ts'
import { InputError } from '../open/input-error.ts'
import { renderForgetting } from '../render/render-forgetting.ts'
import type { Forgetting } from '../render/render-forgetting.ts'
import { countOf } from '../terminal/amounts.ts'
import { confirm } from '../terminal/confirm.ts'
import { print, printJson, printNote } from '../terminal/printer.ts'
import { addForgetOptions, forgetRecords, isAboutResults } from '../forgetting/forget-records.ts'
import type { ForgetFlags } from '../forgetting/forget-records.ts'

/**
 * Adds `skein forget`, which forgets records for good with what was made from them, and results of work, so that they are
 * computed again.
 */
export function addForget(skein: Command, context: CommandContext): void {
  const command = addCommand(skein, 'forget')
    .argument('[records...]', 'records as COLLECTION/ID; a key or result that ends in … or * is a prefix', nonBlanks)
    .option('--yes', 'do not ask for confirmation', false)
  addInspectOptions(addForgetOptions(command)).action((names: readonly string[] = [], flags: ForgetFlags) => {
    return isAboutResults(names, flags) ? forget(names, flags, context) : forgetRecords(names, flags, context)
  })
}

async function forget(names: readonly string[], flags: ForgetFlags, context: CommandContext): Promise<void> {
  await using opened = await openReadOnly(flags, context, { isAudited: true, writable: ['work'] })
  const { view, memory } = opened
  const found = await Promise.all(names.map((name) => findWorks(view, name, context.signal)))
  const records = [...new Map(found.flat().map((record) => [record.id, record])).values()]
  const planned = await Promise.all(records.map((record) => forgettingOf(view, record)))
  if (!flags.yes) {
    printNote(renderForgetting(planned, view.now(), process.stderr))
    if (!process.stdin.isTTY) {
      throw new InputError('--yes', 'is needed where the command cannot ask. Nothing was forgotten.')
    }
    if (!(await confirm(`Forget ${countOf(planned.length, 'result')}?`, context.signal))) {
      printNote('Nothing was forgotten.')
      context.exitCode = exitCode.failure
      return
    }
  }
  context.afterInterrupt = 'skein ls work shows what is left.'
  const forgotten: Forgetting[] = []
  for (const one of planned) {
    context.signal.throwIfAborted()
    // A result belongs to those who have the clearance in its id.
    const { label, key } = parseWorkId(one.record.id)
    const clearance = { level: label.sensitivity, compartments: label.compartments }
    if (await memory.as({ ...principalOf(flags), clearance }).forgetWork(key)) forgotten.push(one)
  }
  if (flags.json) await printJson({ space: flags.space, forgotten: forgotten.map(toJson) })
  else await print(`Forgot ${countOf(forgotten.length, 'result')}.`)
}

/** A result, and what was made with it and stays. */
async function forgettingOf(view: View, record: AnyRecord): Promise<Forgetting> {
  const objects = await Promise.all(
    refsIn(record.value).map(async (id) => {
      const isVisible = (await view.records.get('objects', id)) !== undefined
      return isVisible ? [{ id, uses: await usesOf(view, { id }) }] : []
    }),
  )
  return { record, objects: objects.flat() }
}

/** The ids of the objects that a value names. */
function refsIn(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return []
  const { id, size, mediaType } = value as Partial<Ref>
  const isRef = typeof id === 'string' && id !== '' && typeof size === 'number' && typeof mediaType === 'string'
  return isRef ? [id] : [...new Set(Object.values(value).flatMap(refsIn))]
}

function toJson({ record: { collection, id, author, updatedAt }, objects }: Forgetting): object {
  return { collection, id, author, updatedAt, objects }
}
