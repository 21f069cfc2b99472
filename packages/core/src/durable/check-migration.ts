import { OptionError } from '@skein/memory'
import { requireInteger, requireOptions } from '@skein/memory/runtime'

import type { AgentMisfitError, AgentVersionError } from './durable-errors.ts'
import type { DurableDefinition } from './durable.ts'
import { fitSaved } from './fit-saved.ts'
import type { SavedForm } from './saved-form.ts'
import { isSnapshot } from './saved-snapshot.ts'

/** The outcome for one saved agent. */
export interface CheckedAgent {
  /** Its id, if the input has one. */
  readonly agent: string | undefined
  /**
   * - `resumes`: it continues as it is.
   * - `migrates`: it continues from what `migrate` makes of its state.
   * - `refused`: it is left as it is, for the reason in `error`.
   * - `ended`: it has ended before, which every version shows.
   */
  readonly outcome: 'resumes' | 'migrates' | 'refused' | 'ended'
  /** The version that saved it. */
  readonly version: number
  /** Why it would be refused. */
  readonly error?: AgentMisfitError | AgentVersionError
}

/**
 * Checks, in a test, whether a definition can continue from states that earlier versions saved. Runs `migrate` on
 * copies, and starts and writes nothing.
 *
 * @param saved - Saved agents as `skein get agents/ID --json` prints them; or bare snapshots of XState, as
 * `getPersistedSnapshot()` of an actor gives them. Those say nothing of what ran meanwhile, such as timers.
 * @param options.version - The version of the definition that made bare snapshots; by default the present one.
 * @returns what would become of each, in the same order.
 * @throws OptionError when something is no saved agent.
 *
 * @example
 * ```ts
 * import { checkMigration, durable } from '@skein/core'
 * import { createActor, createMachine } from 'xstate'
 *
 * const first = createMachine({ initial: 'waiting', states: { waiting: {} } })
 * const saved = createActor(first).start().getPersistedSnapshot()
 *
 * const next = durable(createMachine({ initial: 'pending', states: { pending: {} } }), { name: 'order' })
 * const [checked] = checkMigration(next, [saved])
 * checked?.outcome // => 'refused'
 * checked?.error?.message // => expect.stringContaining('the state "waiting" is missing')
 * ```
 */
export function checkMigration(
  definition: DurableDefinition<never>,
  saved: readonly unknown[],
  options: { readonly version?: number } = {},
): readonly CheckedAgent[] {
  const own = definition as DurableDefinition
  if (typeof own?.durable?.name !== 'string') throw new OptionError('definition', 'what durable() returned', definition)
  if (!Array.isArray(saved)) throw new OptionError('saved', 'an array of saved agents', saved)
  const { version = own.durable.version } = requireOptions('checkMigration', options, { version: 'any' })
  requireInteger('version', version, 1)
  return saved.map((one, index) => {
    const { agent, form } = readSaved(one, version, `saved[${index}]`)
    return checkSaved(own, agent, form)
  })
}

function checkSaved(definition: DurableDefinition, agent: string | undefined, form: SavedForm): CheckedAgent {
  const { version, outcome } = form
  if (outcome) return { agent, outcome: 'ended', version }
  try {
    // What migrate does to its argument must not reach the caller's data.
    const { isMigrated } = fitSaved(agent ?? definition.durable.name, definition, structuredClone(form))
    return { agent, outcome: isMigrated ? 'migrates' : 'resumes', version }
  } catch (error) {
    return { agent, outcome: 'refused', version, error: error as AgentMisfitError | AgentVersionError }
  }
}

/** A saved agent in any of the forms in which people have one. */
function readSaved(value: unknown, version: number, option: string): { agent: string | undefined; form: SavedForm } {
  const given = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>
  const agent = typeof given['id'] === 'string' ? given['id'] : undefined
  // A record of the collection `agents`; what the memory's own reader gives; a form alone.
  const inner = given['collection'] === 'agents' ? given['value'] : 'definition' in given ? given['state'] : given
  if (isForm(inner)) return { agent, form: inner }
  if (isSnapshot(value)) return { agent: undefined, form: { version, saved: { snapshot: value, timers: [] } } }
  throw new OptionError(option, 'a record of a saved agent or a persisted snapshot of XState', value)
}

function isForm(value: unknown): value is SavedForm {
  return typeof value === 'object' && value !== null && typeof (value as Partial<SavedForm>).version === 'number'
}
