import { AgentRef } from './agent-ref.ts'
import type { AgentRegistry } from './agent-registry.ts'
import { whenAborted } from '../base/when-aborted.ts'

/**
 * Waits while an agent is paused; `undefined` when it is not.
 *
 * @throws the signal's reason
 */
export function untilUnpaused(
  registry: AgentRegistry,
  agent: string,
  signal: AbortSignal | undefined,
): Promise<void> | undefined {
  const ref = registry.get(agent)
  return ref && AgentRef.runtimeOf(ref).paused && wait(ref, signal)
}

async function wait(ref: AgentRef, signal: AbortSignal | undefined): Promise<void> {
  const runtime = AgentRef.runtimeOf(ref)
  const aborted = signal && whenAborted(signal)
  try {
    // It may be paused again before this continues.
    while (runtime.paused) await (aborted ? Promise.race([runtime.paused, aborted.promise]) : runtime.paused)
  } finally {
    aborted?.cancel()
  }
}
