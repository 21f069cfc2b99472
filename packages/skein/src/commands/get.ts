import { Records } from '@skein/memory/runtime'
import type { Ref, View } from '@skein/memory'
import type { AnyRecord } from '@skein/memory/runtime'
import type { Collection } from '@skein/memory/store'
import { Argument } from 'commander'
import type { Command } from 'commander'

import { InputError } from '../open/input-error.ts'
import { addCommand } from '../cli/command.ts'
import type { CommandContext } from '../cli/command.ts'
import { findRecord } from '../inspect/find-record.ts'
import { addLookingOptions, name } from '../inspect/inspect-options.ts'
import type { LookingFlags } from '../inspect/inspect-options.ts'
import { openToLook } from '../inspect/open-read-only.ts'
import { jsonOf } from '../terminal/plain-text.ts'
import { renderRecord } from '../render/render-record.ts'
import type { RecordOrigins } from '../render/render-record.ts'
import { writeOut } from '../terminal/standard-streams.ts'

/** The options of `skein get` as they were given. */
interface GetFlags extends LookingFlags {
  readonly raw: boolean
}

/** `skein get`: all about one record. */
export function addGet(skein: Command, context: CommandContext): void {
  const command = addCommand(skein, 'get')
    .description('Show a record: its value, label and times, what it was made from and what was made from it.')
    .addArgument(new Argument('<collection>', 'a kind of record').choices(Records.collections))
    .argument('<id>', 'its id; one that ends in … stands for the only one that begins so', name)
    .option('--raw', "write an object's bytes to standard output, and nothing else", false)
  addLookingOptions(command).action((collection: Collection, id: string, flags: GetFlags) => {
    context.afterInterrupt = 'Nothing was changed.'
    return flags.raw ? getRaw(collection, id, flags) : get(collection, id, flags)
  })
}

async function get(collection: Collection, id: string, flags: GetFlags): Promise<void> {
  await using looking = await openToLook(flags, { isAudited: true })
  const { view } = looking
  const record = await findRecord(view, collection, id)
  const origins = await originsOf(view, record)
  if (flags.json) await writeOut(`${jsonOf({ ...record, ...origins })}\n`)
  else await writeOut(`${renderRecord(record, origins, await previewOf(view, record), view.now(), process.stdout)}\n`)
}

async function getRaw(collection: Collection, id: string, flags: GetFlags): Promise<void> {
  if (collection !== 'objects') throw new InputError('--raw', 'is for objects only. Use --json for other records.')
  if (process.stdout.isTTY) {
    throw new InputError('--raw', 'writes what agents wrote, as it is. Send it to a file or a program, not a terminal.')
  }
  await using looking = await openToLook(flags, { isAudited: true })
  const record = await findRecord(looking.view, collection, id)
  await writeOut(await looking.view.objects.bytes(refOf(record)))
}

const mostUses = 50

/** What a record was made from, and what was made from it; for objects over all steps. */
async function originsOf(view: View, record: AnyRecord): Promise<RecordOrigins> {
  if (record.collection !== 'objects') {
    return { sources: record.derivedFrom.map((id) => ({ id, distance: 1 })), uses: [] }
  }
  const [sources, uses] = await Promise.all(
    (['sources', 'uses'] as const).map((direction) => view.objects.lineage(record, { direction, limit: mostUses })),
  )
  const others = Records.collections.filter((collection) => collection !== 'objects')
  const pages = await Promise.all(
    others.map((collection) => view.records.list({ collection, derivedFrom: record.id, limit: mostUses })),
  )
  return {
    sources: (sources ?? []).map(({ ref, author, distance }) => ({
      collection: 'objects',
      id: ref.id,
      author,
      distance,
    })),
    uses: [
      ...(uses ?? []).map(({ ref, author, distance }) => ({ collection: 'objects', id: ref.id, author, distance })),
      ...pages.flatMap(({ items }) =>
        items.map(({ collection, id, author }) => ({ collection, id, author, distance: 1 })),
      ),
    ],
  }
}

const largestPreview = 1_000_000

/** The text of an object that is one, where it is not too large to be looked at. */
async function previewOf(view: View, record: AnyRecord): Promise<string | undefined> {
  if (record.collection !== 'objects') return undefined
  const ref = refOf(record)
  const isText = /^text\/|[/+](?:json|xml|yaml|javascript)\b/.test(ref.mediaType)
  if (!isText || ref.size > largestPreview) return undefined
  return Buffer.from(await view.objects.bytes(ref)).toString('utf8')
}

function refOf({ id, value }: AnyRecord): Ref {
  const { size, mediaType } = value as { size: number; mediaType: string }
  return { id, size, mediaType }
}
