import type { AgentRef } from '../agents/agent-ref.ts'

/** Ends an agent where it is; resolves when its state is stored and its claim released. */
export async function endHere(ref: AgentRef): Promise<void> {
  ref.stop()
  // Why it failed is told to its supervision.
  await ref.done.catch(() => {})
}
