import { SkeinError } from '@skein/memory'

import { describeMisfits } from './misfit.ts'
import type { Misfit } from './misfit.ts'

/** Another process runs a durable agent, or did until a moment ago. */
export class AgentTakenError extends SkeinError {
  readonly code = 'SKEIN_AGENT_TAKEN'
  readonly agent: string

  constructor(agent: string) {
    super(
      `The agent "${agent}" runs in another process. Post to it from here, or resume it after that process releases it.`,
    )
    this.agent = agent
  }
}

/** The claim on a durable agent was lost: another process may run it, and changes made here since then are not stored. */
export class AgentLostError extends SkeinError {
  readonly code = 'SKEIN_AGENT_LOST'
  readonly agent: string

  constructor(agent: string) {
    super(`The claim on the agent "${agent}" was lost: another process may resume it. Resume it here once it is free.`)
    this.agent = agent
  }
}

/**
 * The saved state of a durable agent, or mail that it had taken, was forgotten while it ran. So its later state is
 * not stored either.
 */
export class AgentForgottenError extends SkeinError {
  readonly code = 'SKEIN_AGENT_FORGOTTEN'
  readonly agent: string

  constructor(agent: string) {
    super(
      `Records that the agent "${agent}" had read were forgotten, so its state was not saved and it has ended. ` +
        'Resume it from what is left, or spawn it again.',
    )
    this.agent = agent
  }
}

/** Another version of its definition saved a durable agent. */
export class AgentVersionError extends SkeinError {
  readonly code = 'SKEIN_AGENT_VERSION'
  readonly agent: string
  readonly saved: number
  readonly present: number

  constructor(agent: string, saved: number, present: number) {
    const remedy = saved > present ? 'Run the newer version.' : 'Pass a migrate function to durable().'
    super(
      `The agent "${agent}" was saved by version ${saved} of its definition, but this is version ${present}. ${remedy}`,
    )
    this.agent = agent
    this.saved = saved
    this.present = present
  }
}

/**
 * The definition of a durable agent can't continue from the saved state. The saved state stays unchanged, so an
 * earlier version of the definition can still continue.
 */
export class AgentMisfitError extends SkeinError {
  readonly code = 'SKEIN_AGENT_MISFIT'
  readonly agent: string
  /** Everything that does not fit, at least one. */
  readonly misfits: readonly Misfit[]

  constructor(agent: string, misfits: readonly Misfit[], cause?: unknown) {
    const problem = `The saved state of the agent "${agent}" does not fit its definition, and was left unchanged.`
    super(`${problem} ${describeMisfits(misfits)}`, cause === undefined ? undefined : { cause })
    this.agent = agent
    this.misfits = misfits
  }
}

/** An agent, or its current state, can't be stored and restored. */
export class NotDurableError extends SkeinError {
  readonly code = 'SKEIN_NOT_DURABLE'
  /** The agent or its definition. */
  readonly agent: string
  /** Of a state that can't be stored: where, such as `context.order.at`. */
  readonly path: string | undefined

  constructor(agent: string, why: string, { cause, path }: { readonly cause?: unknown; readonly path?: string } = {}) {
    super(`"${agent}" can't be durable. ${why}`, cause === undefined ? undefined : { cause })
    this.agent = agent
    this.path = path
  }
}
