import type { View } from '@skein/memory'
import type { ForgetFilter, ForgetTarget } from '@skein/memory/types'
import { collectionsWith } from '@skein/memory/store'
import type { CollectionWith } from '@skein/memory/store'
import { Option } from 'commander'
import type { Command } from 'commander'

import { nonBlank, nonBlanks } from '../cli/parse-option.ts'

/** The options that say which records a command is about. */
export interface FilterFlags {
  readonly subject?: string
  readonly task?: string
  readonly author?: string
  readonly tag?: readonly string[]
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
    .addOption(new Option('--collection <name>', 'only of this collection').choices(derivable))
}

/** The records that names mean, or those that the options mean. */
export async function targetOf(view: View, names: readonly string[], flags: FilterFlags): Promise<ForgetTarget> {
  return names.length === 0 ? filterOf(flags) : (await Promise.all(names.map((name) => named(view, name)))).flat()
}

/** Whether the options mean any records. */
export function hasFilter({ subject, task, author, tag, collection }: FilterFlags): boolean {
  return [subject, task, author, tag, collection].some((value) => value !== undefined)
}

function filterOf({ subject, task, author, tag: tags, collection }: FilterFlags): ForgetFilter {
  return {
    ...(subject !== undefined && { subject }),
    ...(task !== undefined && { task }),
    ...(author !== undefined && { author }),
    ...(tags !== undefined && { tags }),
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
