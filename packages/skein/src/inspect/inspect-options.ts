import { labelText, levels } from '@skein/memory/store'
import type { Clearance, Principal, Right } from '@skein/memory'
import { InvalidArgumentError, Option } from 'commander'
import type { Command } from 'commander'

import { defaultStore } from '../open/open-store.ts'

/** The options that all commands have that look into a memory, as they were given. */
export interface LookingFlags {
  readonly store: string
  readonly space: string
  readonly as?: string
  readonly role: string
  readonly clearance: Clearance
  readonly right: readonly Right[]
  readonly json: boolean
}

/** What there is to hold beside a clearance. */
export const rights: readonly Right[] = ['audit', 'declassify', 'administer']

/** Adds the options that say where to look, and who looks. */
export function addLookingOptions(
  command: Command,
  { needsPerson = false }: { readonly needsPerson?: boolean } = {},
): Command {
  return command
    .option('--store <address>', 'where the memory lives: a database file, or redis://HOST:PORT', defaultStore)
    .option('--space <name>', 'which shared memory of the store', 'default')
    .addOption(
      new Option('--as <id>', 'who looks, as the audit is to name it').argParser(name).makeOptionMandatory(needsPerson),
    )
    .addOption(new Option('--role <name>', 'in which role').argParser(name).default('person'))
    .addOption(
      new Option(
        '--clearance <level>',
        'what may be seen: public, internal or confidential, with +compartment for each',
      )
        .argParser(clearance)
        .default({ level: 'public' }, 'public'),
    )
    .addOption(
      new Option('--right <name>', `a right (may be repeated): ${rights.join(', ')}`)
        .argParser(right)
        .default([], 'none'),
    )
    .option('--json', 'print JSON and nothing else on standard output', false)
}

/** Who looks. */
export function principalOf({ as = 'cli', role, clearance: level, right: held }: LookingFlags): Principal {
  return { id: as, role, clearance: level, rights: held }
}

/** A clearance as it is written in options. */
export function clearanceText({ level, compartments = [] }: Clearance): string {
  return labelText({ level, compartments })
}

/** How many, for options. */
export function limitUpTo(most: number): (text: string) => number {
  return (text) => {
    const limit = Number(text)
    if (/^\d+$/.test(text) && limit >= 1 && limit <= most) return limit
    throw new InvalidArgumentError(`Expected a whole number from 1 to ${most.toLocaleString('en')}.`)
  }
}

/** A text that is not empty, for options. */
export function name(text: string): string {
  if (text.trim() !== '' && text.length <= 1_000) return text
  throw new InvalidArgumentError('Expected a text that is not empty, of at most 1,000 characters.')
}

/** Collects the texts of an option that may be repeated. */
export function names(text: string, all: readonly string[] = []): readonly string[] {
  return [...all, name(text)]
}

function clearance(text: string): Clearance {
  const [first, ...compartments] = text.split('+')
  const level = levels.find((known) => known === first)
  if (level === undefined || compartments.includes('')) {
    throw new InvalidArgumentError('Expected public, internal or confidential, such as confidential+finance.')
  }
  try {
    return { level, compartments: compartments.map((part) => decodeURIComponent(part)) }
  } catch {
    throw new InvalidArgumentError('A % in the name of a compartment is written as %25, a + as %2B.')
  }
}

function right(text: string, all: readonly Right[]): readonly Right[] {
  const known = rights.find((one) => one === text)
  if (known === undefined) throw new InvalidArgumentError(`Expected one of ${rights.join(', ')}.`)
  return [...all, known]
}
