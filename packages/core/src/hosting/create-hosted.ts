import { ValueError } from '@skein/memory'
import type { Clearance, Memory } from '@skein/memory'
import { requireOptions, requireStrings } from '@skein/memory/runtime'
import type { OptionKinds } from '@skein/memory/runtime'

import type { DurableDefinition } from '../durable/durable.ts'
import type { SavedForm } from '../durable/saved-form.ts'
import { whyNotDurable } from '../durable/why-not-durable.ts'

/** Options of `flock.spawnHosted`. */
export interface HostedOptions {
  readonly id: string
  /** @defaultValue the definition's role */
  readonly role?: string
  /** @defaultValue public records outside every compartment */
  readonly clearance?: Clearance
  /** The machine's input: JSON data. */
  readonly input?: unknown
}

const kinds: OptionKinds<HostedOptions> = { id: 'string', role: 'string', clearance: 'object', input: 'any' }

/** @throws OptionError */
export function requireHosted(options: HostedOptions): HostedOptions {
  const hosted = requireOptions('spawnHosted', options, kinds)
  requireStrings('id', [hosted.id])
  return hosted
}

/** Stores an agent that has not begun, unless one is stored under its id. @throws NotDurableError, StoreError */
export async function createHosted(
  memory: Memory,
  { role: ownRole, durable }: DurableDefinition<never>,
  { id, role = ownRole, clearance, input }: HostedOptions,
): Promise<void> {
  const state: SavedForm = { version: durable.version, ...(input !== undefined && { input }) }
  const { agents } = memory.as(clearance ? { id, role, clearance } : { id, role })
  try {
    await agents.create({ definition: durable.name, state, by: 'flock' })
  } catch (error) {
    throw error instanceof ValueError ? whyNotDurable(id, error, { form: state }) : error
  }
}
