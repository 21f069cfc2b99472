import type { View } from '@skein/memory'

import type { Owner } from '../owner/owner.ts'
import type { Instruction } from './restartable.ts'

/**
 * Asks a person what to do with an agent that failed, and waits for the answer:
 * `restart`, `resume` or `stop`. Anything else, including a declined or
 * handed-back escalation, means `stop`.
 */
export async function askWhatToDo(
  owner: Owner,
  memory: View,
  error: unknown,
  signal: AbortSignal,
): Promise<Instruction> {
  const { principal } = owner
  const reason = `The agent "${principal.id}" failed: ${error instanceof Error ? error.message : String(error)}`
  const question = `What should happen to it: restart, resume or stop? (failure at ${new Date().toISOString()})`
  // The error may be as sensitive as anything that the agent could read.
  const { level, compartments = [] } = principal.clearance ?? { level: 'public' }
  const label = { sensitivity: level, compartments }
  const escalation = await memory.escalations.open({ task: `agent/${principal.id}`, reason, question, ...label })
  owner.announce(escalation)
  const { state, answer } = await memory.escalations.answered(escalation.id, { signal })
  return state === 'answered' && (answer === 'restart' || answer === 'resume') ? answer : 'stop'
}
