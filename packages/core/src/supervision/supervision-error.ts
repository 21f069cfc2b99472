import { SkeinError } from '@skein/memory'

/** A supervision function returned no valid decision. The agent's own error is the `cause`. */
export class SupervisionError extends SkeinError {
  readonly code = 'SKEIN_SUPERVISION'
  readonly agent: string

  constructor(agent: string, why: string, cause: unknown) {
    super(
      `The supervision of the agent "${agent}" made no decision: ${why} Return { type: 'restart', from, delayMs }, { type: 'resume' }, { type: 'stop' } or { type: 'escalate', to }, not a promise.`,
      { cause },
    )
    this.agent = agent
  }
}
