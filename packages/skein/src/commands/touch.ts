import { NotFoundError } from '@skein/memory'
import type { View } from '@skein/memory'
import { collectionsWith } from '@skein/memory/store'
import type { Command } from 'commander'

import { addCommand } from '../cli/command.ts'
import type { CommandContext } from '../cli/command.ts'
import { duration } from '../cli/duration.ts'
import { nonBlank } from '../cli/parse-option.ts'
import { findRecord } from '../inspect/find-record.ts'
import { addInspectOptions } from '../inspect/inspect-options.ts'
import type { InspectFlags } from '../inspect/inspect-options.ts'
import { openReadOnly } from '../inspect/open-read-only.ts'
import { plainText } from '../terminal/plain-text.ts'
import { print, printJson } from '../terminal/printer.ts'
import { spanOf, timeOf } from '../terminal/time-text.ts'

/** The options of `skein touch` as given. */
interface TouchFlags extends InspectFlags {
  readonly ttl: number
}

/** The collections whose records can get another time to live. */
const touchable = [...collectionsWith('packaged'), 'alerts' as const, 'escalations' as const]
type Touchable = (typeof touchable)[number]

/** With a record go its vector and what says that it was confirmed. */
const writable = [...touchable, 'corrections', 'vectors'] as const

/** Adds `skein touch`, which gives a record another time to live. */
export function addTouch(skein: Command, context: CommandContext): void {
  const command = addCommand(skein, 'touch')
    .argument('<record>', 'the key of a fact, or any record as COLLECTION/ID; the id may be shortened', nonBlank)
    .requiredOption('--ttl <duration>', 'how long it lives from now on: 30m, 12h, 90d', duration)
  addInspectOptions(command).action((name: string, flags: TouchFlags) => touch(name, flags, context))
}

async function touch(name: string, flags: TouchFlags, context: CommandContext): Promise<void> {
  await using opened = await openReadOnly(flags, context, { isAudited: true, writable })
  const { view } = opened
  const { ttl: ttlMs, space, json } = flags
  const { collection, id } = await meant(view, name)
  if (!(await touchIn(view, collection, id, ttlMs))) throw new NotFoundError(collection.slice(0, -1), id)
  const expiresAt = (await view.records.get(collection, id))?.expiresAt
  if (json) {
    await printJson({ space, collection, id, expiresAt: expiresAt ?? null })
    return
  }
  const end =
    expiresAt === undefined ? 'is kept' : `expires at ${timeOf(expiresAt)}, in ${spanOf(expiresAt - view.now())}`
  await print(plainText(`${collection}/${id} ${end}.`))
}

/** The record that a name means. One that names no collection is the key of a fact. */
async function meant(view: View, name: string): Promise<{ readonly collection: Touchable; readonly id: string }> {
  const end = name.indexOf('/')
  const collection = touchable.find((one) => one === name.slice(0, Math.max(0, end)))
  const [kind, id] = collection ? [collection, name.slice(end + 1)] : ['facts' as const, name]
  return { collection: kind, id: (await findRecord(view, kind, id)).id }
}

function touchIn(view: View, collection: Touchable, id: string, ttlMs: number): Promise<boolean> {
  return collection === 'objects' ? view.objects.touch({ id }, { ttlMs }) : view[collection].touch(id, { ttlMs })
}
