import { SkeinError } from '../values/skein-error.ts'

/** An order to an agent was not carried out: no process runs the agent, or the one that does can't do this. */
export class ControlError extends SkeinError {
  readonly code = 'SKEIN_CONTROL'
  readonly agent: string

  constructor(agent: string, order: string, why: string) {
    super(`The order "${order}" to agent "${agent}" was not carried out: ${why}`)
    this.agent = agent
  }
}
