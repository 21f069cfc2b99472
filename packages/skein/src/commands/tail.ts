import { FeedTrimmedError, OptionError } from '@skein/memory'
import type { Change, Seq } from '@skein/memory/store'
import { InvalidArgumentError } from 'commander'
import type { Command } from 'commander'

import { addCommand } from '../cli/command.ts'
import type { CommandContext } from '../cli/command.ts'
import { addLookingOptions } from '../inspect/inspect-options.ts'
import type { LookingFlags } from '../inspect/inspect-options.ts'
import { openToLook } from '../inspect/open-read-only.ts'
import type { Looking } from '../inspect/open-read-only.ts'
import { jsonOf, plain } from '../terminal/plain-text.ts'
import { labelOf } from '../render/render-record.ts'
import { writeOut } from '../terminal/standard-streams.ts'
import { columnsOf } from '../terminal/table.ts'
import { cutTo } from '../terminal/text-width.ts'
import { timeOf } from '../terminal/time-text.ts'

/** The options of `skein tail` as they were given. */
interface TailFlags extends LookingFlags {
  readonly after?: Seq
}

/** `skein tail`: follows the changes of a memory as they come. */
export function addTail(skein: Command, context: CommandContext): void {
  const command = addCommand(skein, 'tail')
    .description('Follow what changes in a memory, until interrupted. Values are not shown.')
    .argument('[prefix]', 'only what begins so, such as facts/ or facts/prospect/', '')
    .option('--after <seq>', 'begin after this position of the feed, 0 for all it holds (default: now)', position)
  addLookingOptions(command).action((prefix: string, flags: TailFlags) => tail(prefix, flags, context.signal))
}

async function tail(prefix: string, flags: TailFlags, signal: AbortSignal): Promise<void> {
  await using looking = await openToLook(flags, { isAudited: false })
  const { last } = looking
  const { after = last } = flags
  if (after > last) throw new OptionError('--after', `at most ${last}, where the feed ends`, after)
  process.stderr.write(`Following changes after ${after}. Ctrl-C ends this.\n`)
  let from: Seq | undefined = after
  while (from !== undefined && !signal.aborted) from = await follow(looking, prefix, from, flags, signal)
}

/** Follows the feed; resolves to the position from which to go on, where a part of it is gone for ever. */
async function follow(
  { view }: Looking,
  prefix: string,
  after: Seq,
  { json }: TailFlags,
  signal: AbortSignal,
): Promise<Seq | undefined> {
  try {
    for await (const change of view.watch(prefix, { after, signal })) {
      if (!(await writeOut(`${json ? jsonOf(change) : lineOf(change)}\n`))) return undefined
    }
    return undefined
  } catch (error) {
    if (!(error instanceof FeedTrimmedError)) throw error
    const { after: asked, last } = error
    if (json) await writeOut(`${jsonOf({ trimmed: { after: asked, last } })}\n`)
    process.stderr.write(
      `The feed no longer holds all that came after ${asked}: going on after ${last}. What changed between is unknown; skein ls shows what stands.\n`,
    )
    return last
  }
}

function lineOf(change: Change): string {
  const { at, seq, op, collection, id, version, author, task } = change
  // Ids may be long: who did it stands before them, so that it is not what is cut.
  const who = `${timeOf(at).slice(11)}  ${seq}  ${cutTo(plain(author), mostOfAuthor)}`
  const what = op === 'set' ? `set     ${collection}/${id} v${version}` : `delete  ${collection}/${id}`
  const about = [who, what, task === undefined ? '' : `task ${task}`, labelOf(change, '')]
  return cutTo(plain(about.filter((part) => part !== '').join('  ')), columnsOf(process.stdout))
}

const mostOfAuthor = 24

function position(text: string): Seq {
  if (/^\d{1,15}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('Expected a position of the feed: a whole number from 0 on.')
}
