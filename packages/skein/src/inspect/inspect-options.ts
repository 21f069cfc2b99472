import { labelText, levels } from '@skein/memory/store'
import type { Clearance, Principal, Right } from '@skein/memory'
import { InvalidArgumentError, Option } from 'commander'
import type { Command } from 'commander'

import { nonBlank } from '../cli/parse-option.ts'
import { defaultStore } from '../open/store-address.ts'

/** The options that all commands share that read a memory, as given. */
export interface InspectFlags {
  readonly store: string
  readonly space: string
  readonly as?: string
  readonly role: string
  readonly clearance: Clearance
  readonly right: readonly Right[]
  readonly json: boolean
}

/** The rights that a principal may hold. */
export const rights: readonly Right[] = ['audit', 'declassify', 'correct', 'erase', 'hold', 'control', 'administer']

/** Adds the options that say which memory to read, and as which principal. */
export function addInspectOptions(
  command: Command,
  { needsPerson = false }: { readonly needsPerson?: boolean } = {},
): Command {
  return command
    .option('--store <address>', 'the store: a database file, or redis://HOST:PORT', defaultStore)
    .option('--space <name>', 'the space within the store', 'default')
    .addOption(
      new Option('--as <id>', 'your id, as the audit records it').argParser(nonBlank).makeOptionMandatory(needsPerson),
    )
    .addOption(new Option('--role <name>', 'your role').argParser(nonBlank).default('person'))
    .addOption(
      new Option('--clearance <level>', 'your clearance: public, internal or confidential, with +compartment for each')
        .argParser(parseClearance)
        .default({ level: 'public' }, 'public'),
    )
    .addOption(
      new Option('--right <name>', `a right that you hold (may be repeated): ${rights.join(', ')}`)
        .argParser(right)
        .default([], 'none'),
    )
    .option('--json', 'print JSON and nothing else on standard output', false)
}

/** The principal that the options name. */
export function principalOf({ as = 'cli', role, clearance: level, right: held }: InspectFlags): Principal {
  return { id: as, role, clearance: level, rights: held }
}

/** A clearance as it is written in options. */
export function clearanceText({ level, compartments = [] }: Clearance): string {
  return labelText({ level, compartments })
}

/** Parses a clearance as it is written in options, such as `confidential+finance`. */
export function parseClearance(text: string): Clearance {
  const [first, ...compartments] = text.split('+')
  const level = levels.find((known) => known === first)
  if (level === undefined || compartments.includes('')) {
    throw new InvalidArgumentError('Expected public, internal or confidential, such as confidential+finance.')
  }
  try {
    return { level, compartments: compartments.map((part) => decodeURIComponent(part)) }
  } catch {
    throw new InvalidArgumentError('In the name of a compartment, write % as %25 and + as %2B.')
  }
}

function right(text: string, earlier: readonly Right[]): readonly Right[] {
  const known = rights.find((one) => one === text)
  if (known === undefined) throw new InvalidArgumentError(`Expected one of ${rights.join(', ')}.`)
  return [...earlier, known]
}
