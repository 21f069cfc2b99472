import { Records } from '@skein/memory/runtime'
import type { View } from '@skein/memory'
import type { AnyRecord } from '@skein/memory/runtime'
import type { Collection } from '@skein/memory/store'
import { Argument } from 'commander'
import type { Command } from 'commander'

import { addCommand } from '../cli/command.ts'
import type { CommandContext } from '../cli/command.ts'
import { nonBlank } from '../cli/parse-option.ts'
import { findRecord } from '../inspect/find-record.ts'
import { addInspectOptions } from '../inspect/inspect-options.ts'
import type { InspectFlags } from '../inspect/inspect-options.ts'
import { lineageOf, refOf } from '../inspect/lineage-of.ts'
import { openReadOnly } from '../inspect/open-read-only.ts'
import { InputError } from '../open/input-error.ts'
import { renderRecord } from '../render/render-record.ts'
import { canTakeBytes, print, printBytes, printJson } from '../terminal/printer.ts'

/** The options of `skein get` as given. */
interface GetFlags extends InspectFlags {
  readonly raw: boolean
}

/** Adds `skein get`, which shows all about one record. */
export function addGet(skein: Command, context: CommandContext): void {
  const command = addCommand(skein, 'get')
    .addArgument(new Argument('<collection>', 'a collection').choices(Records.collections))
    .argument('<id>', 'an id; it may be shortened and end in …', nonBlank)
    .option('--raw', "write an object's bytes to standard output, and nothing else", false)
  addInspectOptions(command).action((collection: Collection, id: string, flags: GetFlags) =>
    flags.raw ? getRaw(collection, id, flags, context) : get(collection, id, flags, context),
  )
}

async function get(collection: Collection, id: string, flags: GetFlags, context: CommandContext): Promise<void> {
  await using opened = await openReadOnly(flags, context, { isAudited: true })
  const { view } = opened
  const record = await findRecord(view, collection, id)
  const lineage = await lineageOf(view, record)
  if (flags.json) {
    await printJson({ ...record, ...lineage })
    return
  }
  const details = { record, ...lineage, content: await textContentOf(view, record) }
  await print(renderRecord(details, view.now(), process.stdout))
}

async function getRaw(collection: Collection, id: string, flags: GetFlags, context: CommandContext): Promise<void> {
  if (collection !== 'objects') throw new InputError('--raw', 'works for objects only. Use --json for other records.')
  if (!canTakeBytes()) {
    throw new InputError('--raw', 'writes bytes that could control the terminal. Redirect them to a file or a program.')
  }
  await using opened = await openReadOnly(flags, context, { isAudited: true })
  const record = await findRecord(opened.view, collection, id)
  await printBytes(await opened.view.objects.bytes(refOf(record), { include: 'all' }))
}

/** The largest object whose text is shown, in bytes. */
const maxContentBytes = 1_000_000

/** The content of an object, where it is text that isn't too large to show. */
async function textContentOf(view: View, record: AnyRecord): Promise<string | undefined> {
  if (record.collection !== 'objects') return undefined
  const ref = refOf(record)
  const isText = /^text\/|[/+](?:json|xml|yaml|javascript)\b/.test(ref.mediaType)
  if (!isText || ref.size > maxContentBytes) return undefined
  return Buffer.from(await view.objects.bytes(ref, { include: 'all' })).toString('utf8')
}
