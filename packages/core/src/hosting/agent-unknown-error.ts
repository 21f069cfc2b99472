import { SkeinError } from '@skein/memory'

/** A message was sent to an agent that the memory does not have. */
export class AgentUnknownError extends SkeinError {
  readonly code = 'SKEIN_AGENT_UNKNOWN'
  readonly agent: string

  constructor(agent: string, definition: string) {
    super(
      `The memory has no agent "${agent}" of the definition "${definition}". Create it with flock.spawnHosted(definition, { id }).`,
    )
    this.agent = agent
  }
}
