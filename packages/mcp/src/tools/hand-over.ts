import { requireStrings } from '@skein/memory/runtime'

import { recordName } from '../session/record-name.ts'
import { adds, any, object, string } from './schema.ts'
import { defineTool } from './tool.ts'
import type { MemoryTool } from './tool.ts'

interface HandOverArgs {
  readonly task: string
  readonly to: string
  readonly summary: string
}

/** `hand_over`: leaves a note, alerts who takes over, and releases the claim. */
export const handOver: MemoryTool = defineTool<HandOverArgs>({
  name: 'hand_over',
  description: 'Pass a task to an agent or role:NAME.',
  annotations: adds,
  input: object({ 'task!': string, 'to!': string, 'summary!': string }),
  output: object({ id: any }),
  run: async ({ task, to, summary }, { session }) => {
    const { view, claims } = session
    const addressee = to.startsWith('role:') ? { role: to.slice('role:'.length) } : to
    // Before anything is written.
    requireStrings('to', [typeof addressee === 'string' ? addressee : addressee.role])
    const note = await view.observations.log({ value: summary, task, tags: ['hand-over'] })
    const id = recordName({ collection: 'observations', id: note.id })
    await view.alerts.send({ to: [addressee], insight: { handOver: task, summary, note: id }, task })
    // Last: who takes over finds the task free, and what is known about it.
    await claims.release(task)
    return { id }
  },
})
