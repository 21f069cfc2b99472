import type { AgentRef } from '../agents/agent-ref.ts'

/** Whether an agent has nothing to do: no message, no question, and nothing that its machine invoked. */
export function isIdle(ref: AgentRef): boolean {
  if (ref.load > 0 || (ref.state !== 'running' && ref.state !== 'paused')) return false
  const { children = {} } = ref.snapshot as { readonly children?: Readonly<Record<string, Child>> }
  return Object.values(children).every((child) => child.getSnapshot().status !== 'active')
}

/** What a machine has invoked or spawned. */
interface Child {
  getSnapshot(): { readonly status: string }
}
