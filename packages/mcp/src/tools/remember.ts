import { OptionError } from '@skein/memory'
import type { Level } from '@skein/memory'

import { recordName } from '../session/record-name.ts'
import { adds, any, object, string, strings } from './schema.ts'
import { defineTool } from './tool.ts'
import type { MemoryTool } from './tool.ts'

interface RememberArgs {
  readonly text: string
  readonly task?: string
  readonly tags?: readonly string[]
  readonly why?: string
  readonly sensitivity?: Level
}

/** `remember`: logs an observation or, with reasons, a decision. */
export const remember: MemoryTool = defineTool<RememberArgs>({
  name: 'remember',
  description: 'Keep a finding; with task and why, a decision.',
  annotations: adds,
  input: object({
    'text!': string,
    task: string,
    tags: strings,
    why: string,
    sensitivity: string,
  }),
  output: object({ id: any }),
  run: async ({ text, why, ...options }, { session }) => {
    const { view } = session
    if (why === undefined) {
      const { id } = await view.observations.log({ value: text, ...options })
      return { id: recordName({ collection: 'observations', id }) }
    }
    const { task } = options
    if (task === undefined) throw new OptionError('task', 'the task that the decision is about', task)
    const { id } = await view.decisions.record({ ...options, task, decision: text, reasoning: why })
    return { id: recordName({ collection: 'decisions', id }) }
  },
})
