import { SkeinError } from '@skein/memory'

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

/** An agent, or its current state, can't be stored and restored. */
export class NotDurableError extends SkeinError {
  readonly code = 'SKEIN_NOT_DURABLE'
  /** The agent or its definition. */
  readonly agent: string

  constructor(agent: string, why: string, cause?: unknown) {
    super(`"${agent}" can't be durable. ${why}`, cause === undefined ? undefined : { cause })
    this.agent = agent
  }
}
