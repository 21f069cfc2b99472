import type { Owner } from '../owner/owner.ts'

/** What a person can say about an agent that failed. */
export type Instruction = 'restart' | 'resume' | 'stop'

/**
 * Asks a person what is to become of an agent that failed, and waits for the
 * answer: `restart`, `resume` or `stop`. Declined, handed back, or anything else,
 * means `stop`.
 */
export async function askWhatToDo(
  owner: Pick<Owner, 'memory' | 'principal' | 'announce'>,
  error: unknown,
  signal: AbortSignal,
): Promise<Instruction> {
  const { memory, principal } = owner
  const reason = `The agent "${principal.id}" failed: ${error instanceof Error ? error.message : String(error)}`
  const question = `What is to become of it: restart, resume or stop? (failure at ${new Date().toISOString()})`
  // What it failed of may be as sensitive as anything that the agent could see.
  const { level, compartments = [] } = principal.clearance ?? { level: 'public' }
  const label = { sensitivity: level, compartments }
  const escalation = await memory.escalations.open({ task: `agent/${principal.id}`, reason, question, ...label })
  owner.announce(escalation)
  const { state, answer } = await memory.escalations.answered(escalation.id, { signal })
  return state === 'answered' && (answer === 'restart' || answer === 'resume') ? answer : 'stop'
}
