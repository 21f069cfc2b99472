import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'

import { requireDuration, requireInteger, requireOptions } from '@skein/memory/runtime'
import type { OptionKinds } from '@skein/memory/runtime'

import type { SpawnOptions } from '../agents/spawn-options.ts'
import type { DurableDefinition } from '../durable/durable.ts'
import { requireHostable } from './require-hostable.ts'

/** Options of `flock.host`; mailbox and supervision are those of the agents. */
export interface HostOptions extends Pick<SpawnOptions, 'mailbox' | 'supervision'> {
  /**
   * Agents that this process runs at most. Others run on other hosts, or wait.
   *
   * @defaultValue 10_000
   */
  readonly cap?: number
  /**
   * How long this process counts as a host after it stopped renewing its presence, in milliseconds: at least 500.
   *
   * @defaultValue 5_000
   */
  readonly leaseMs?: number
}

/** Settings with every default filled in. */
export type ResolvedHost = Required<Pick<HostOptions, 'cap' | 'leaseMs'>> &
  Pick<HostOptions, 'mailbox' | 'supervision'> & { readonly id: string; readonly machine: string }

const kinds: OptionKinds<HostOptions> = { cap: 'any', leaseMs: 'any', mailbox: 'any', supervision: 'any' }

/** @throws OptionError when a setting is out of range, or a definition can't be hosted. */
export function resolveHost(definitions: readonly DurableDefinition<never>[], given: HostOptions): ResolvedHost {
  const { cap = 10_000, leaseMs = 5_000, ...ofAgents } = requireOptions('host', given, kinds)
  requireInteger('cap', cap, 1)
  requireDuration('leaseMs', leaseMs, 500)
  for (const definition of definitions) requireHostable(definition)
  const machine = hostname()
  return { ...ofAgents, cap, leaseMs, machine, id: `${machine}:${process.pid}:${randomUUID().slice(0, 8)}` }
}
