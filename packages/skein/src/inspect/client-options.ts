import type { Clearance, Principal } from '@skein/memory'
import { Option } from 'commander'
import type { Command } from 'commander'

import { nonBlank, nonBlanks } from '../cli/parse-option.ts'
import { defaultStore } from '../open/store-address.ts'
import { userName } from './dashboard-principal.ts'
import { parseClearance } from './inspect-options.ts'

/** The options that say which memory a client uses, and who it is, as given. */
export interface ClientFlags {
  readonly store: string
  readonly space: string
  readonly as?: string
  readonly role: string
  readonly clearance: Clearance
  readonly compartment: readonly string[]
}

/** Adds the options that say which memory a client uses, and who it is. */
export function addClientOptions(command: Command): Command {
  return command
    .option('--store <address>', 'the store: a database file, or redis://HOST:PORT', defaultStore)
    .option('--space <name>', 'the space within the store', 'default')
    .option('--as <id>', 'the id of the client, as the memory records it (default: your user name)', nonBlank)
    .addOption(new Option('--role <name>', 'the role of the client').argParser(nonBlank).default('assistant'))
    .addOption(
      new Option('--clearance <level>', 'what the client may see: public, internal or confidential')
        .argParser(parseClearance)
        .default({ level: 'public' }, 'public'),
    )
    .addOption(
      new Option('--compartment <name>', 'a compartment that the client may see (may be repeated)')
        .argParser(nonBlanks)
        .default([], 'none'),
    )
}

/** The client that the options name. */
export function clientOf({ as = userName(), role, clearance, compartment }: ClientFlags): Omit<Principal, 'rights'> {
  const compartments = [...(clearance.compartments ?? []), ...compartment]
  return { id: as, role, clearance: { level: clearance.level, compartments } }
}
