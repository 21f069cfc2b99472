import { claimText } from '../session/held-claims.ts'
import { adds, any, boolean, object, string } from './schema.ts'
import { defineTool } from './tool.ts'
import type { MemoryTool } from './tool.ts'

interface ClaimArgs {
  readonly task: string
  readonly release?: boolean
}

/** `claim`: takes a task for this client alone. */
export const claim: MemoryTool = defineTool<ClaimArgs>({
  name: 'claim',
  description: 'Take a task, or keep it (10 min). Pass claim to fact_set.',
  annotations: adds,
  input: object({ 'task!': string, release: boolean }),
  output: object({ held: boolean, claim: any }),
  run: async ({ task, release = false }, { session: { claims, view } }) => {
    if (release) {
      await claims.release(task)
      return { held: false }
    }
    const held = await claims.claim(task)
    if (held) return { held: true, claim: claimText(held) }
    const by = (await view.claims.holder(task))?.agent
    return { held: false, ...(by !== undefined && { by }) }
  },
})
