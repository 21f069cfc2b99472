import type * as Core from '@skein/core'
import type { DurableDefinition } from '@skein/core'
import type { Misfit } from '@skein/core/types'
import type { View } from '@skein/memory'
import { savedAgentOf } from '@skein/memory/runtime'
import type { AnyRecord, SavedAgentSummary } from '@skein/memory/runtime'

import type { ReadOnlyMemory } from './open-read-only.ts'

/** A saved agent, and what would become of it. */
export interface AgentFinding extends Pick<SavedAgentSummary, 'id' | 'role' | 'definition'> {
  /** `unknown`: there is no definition of this name. */
  readonly outcome: 'resumes' | 'migrates' | 'refused' | 'unknown'
  /** The version that saved it; absent where nobody can tell. */
  readonly version?: number
  /** Why it would be refused. */
  readonly problem?: string
  readonly misfits?: readonly Misfit[]
}

/** All saved agents that run or could, as far as a principal sees them. */
export interface AgentFindings {
  readonly agents: readonly AgentFinding[]
  /** How many more there are, above the clearance or sealed with a key that is missing. */
  readonly hidden: number
}

/**
 * Checks every saved agent that has not ended against definitions. Nothing is written but the audit.
 *
 * @param names - Of the definitions whose agents count; by default all.
 */
export async function checkAgents(
  { memory, view }: Pick<ReadOnlyMemory, 'memory' | 'view'>,
  definitions: ReadonlyMap<string, DurableDefinition<never>>,
  names: readonly string[] | undefined,
  signal: AbortSignal,
): Promise<AgentFindings> {
  const agents: AgentFinding[] = []
  // Whoever only lists agents runs none.
  const { checkMigration } = await import('@skein/core')
  for await (const record of activeAgents(view, names, signal))
    agents.push(checkAgent(record, definitions, checkMigration))
  const { id, role } = view.principal
  const all = await memory.as({ id, role, rights: ['administer'] }).agents.list({ status: 'active' })
  const wanted = all.filter(({ definition }) => names?.includes(definition) ?? true)
  return { agents, hidden: Math.max(0, wanted.length - agents.length) }
}

/**
 * The records of saved agents that have not ended, newest first.
 *
 * @param names - Of definitions; by default all.
 */
export async function* activeAgents(
  view: View,
  names: readonly string[] | undefined,
  signal: AbortSignal,
): AsyncGenerator<AnyRecord> {
  let cursor: string | undefined
  do {
    signal.throwIfAborted()
    const filter = { collection: 'agents', tags: ['status:active'], limit: 500 } as const
    const page = await view.records.list({ ...filter, ...(cursor !== undefined && { cursor }) })
    yield* page.items.filter((record) => names?.includes(savedAgentOf(record).definition) ?? true)
    cursor = page.cursor
  } while (cursor !== undefined)
}

function checkAgent(
  record: AnyRecord,
  definitions: ReadonlyMap<string, DurableDefinition<never>>,
  checkMigration: typeof Core.checkMigration,
): AgentFinding {
  const { id, role, definition: name } = savedAgentOf(record)
  const definition = definitions.get(name)
  if (!definition) return { id, role, definition: name, outcome: 'unknown' }
  const [checked] = checkMigration(definition, [record])
  const { outcome = 'unknown', version, error } = checked ?? {}
  return {
    id,
    role,
    definition: name,
    outcome: outcome === 'ended' ? 'resumes' : outcome,
    ...(version !== undefined && { version }),
    ...(error && { problem: error.message }),
    ...(error && 'misfits' in error && { misfits: error.misfits }),
  }
}
