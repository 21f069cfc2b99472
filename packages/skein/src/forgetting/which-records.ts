import type { View } from '@skein/memory'
import type { ForgetFilter, ForgetTarget } from '@skein/memory/types'
import { collectionsWith } from '@skein/memory/store'
import type { CollectionWith } from '@skein/memory/store'
import { Option } from 'commander'
import type { Command } from 'commander'

import { nonBlank, nonBlanks } from '../cli/parse-option.ts'
import { timePoint } from '../cli/time-point.ts'
import type { TimePoint } from '../cli/time-point.ts'

/** The options that say which records a command is about. */
export interface FilterFlags {
  readonly subject?: string
  readonly task?: string
  readonly author?: string
  readonly tag?: readonly string[]
  readonly since?: TimePoint
  readonly until?: TimePoint
  readonly collection?: CollectionWith<'derived'>
}

const derivable = collectionsWith('derived')
const pageSize = 1_000

/** Adds the options that say which records a command is about. */
export function addFilterOptions(command: Command): Command {
  return command
    .option('--subject <name>', 'everything about this person or thing, such as person/42', nonBlank)
    .option('--task <id>', 'everything of this task', nonBlank)
    .option('--author <id>', 'everything by this author', nonBlank)
    .option('--tag <tag>', 'everything with this tag (may be repeated: with all of them)', nonBlanks)
    .option('--since <time>', 'everything last written then or later: 1h, 3d, or 2026-11-21T17:30', timePoint)
    .option('--until <time>', 'everything last written before', timePoint)
    .addOption(new Option('--collection <name>', 'only of this collection').choices(derivable))
}

/** The records that names mean, or those that the options mean. */
export async function targetOf(view: View, names: readonly string[], flags: FilterFlags): Promise<ForgetTarget> {
  return names.length === 0 ? filterOf(view, flags) : (await Promise.all(names.map((name) => named(view, name)))).flat()
}

/** Whether the options mean any records. */
export function hasFilter({ subject, task, author, tag, since, until, collection }: FilterFlags): boolean {
  return [subject, task, author, tag, since, until, collection].some((value) => value !== undefined)
}

function filterOf(view: View, flags: FilterFlags): ForgetFilter {
  const { subject, task, author, tag: tags, since, until, collection } = flags
  return {
    ...(subject !== undefined && { subject }),
    ...(task !== undefined && { task }),
    ...(author !== undefined && { author }),
    ...(tags !== undefined && { tags }),
    ...(since !== undefined && { since: since(view.now()) }),
    ...(until !== undefined && { until: until(view.now()) }),
    ...(collection !== undefined && { collection }),
  }
}

/** The records that a name means. Only keys of facts can be begun. */
async function named(view: View, name: string): Promise<Extract<ForgetTarget, readonly unknown[]>> {
  const begun = /^facts\/(.*)(?:\*|…)$/u.exec(name)?.[1]
  if (begun === undefined) return [name.startsWith('objects/') ? name.slice('objects/'.length) : name]
  const found: string[] = []
  let cursor: string | undefined
  do {
    const page = await view.facts.list({ prefix: begun, limit: pageSize, ...(cursor !== undefined && { cursor }) })
    found.push(...page.items.map(({ key }) => `facts/${key}`))
    cursor = page.cursor
  } while (cursor !== undefined)
  return found
}
