/** What claims on agents begin with. */
const prefix = 'agent/'

/** The agent that a claim is on; `undefined` of a claim on something else. */
export function agentOfClaim(task: string): string | undefined {
  return task.startsWith(prefix) ? task.slice(prefix.length) : undefined
}
