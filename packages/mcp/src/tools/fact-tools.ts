import { VersionConflictError } from '@skein/memory'
import type { Fact, Level } from '@skein/memory'

import { parseClaim } from '../session/held-claims.ts'
import { notice, quoteValue } from '../session/quote.ts'
import { recordName } from '../session/record-name.ts'
import { any, boolean, changes, integer, object, reads, string } from './schema.ts'
import { defineTool } from './tool.ts'
import type { MemoryTool } from './tool.ts'

interface SetArgs {
  readonly key: string
  readonly value: unknown
  readonly ifVersion?: number
  readonly claim?: string
  readonly sensitivity?: Level
}

/** `fact_get`: reads a fact with its version. */
export const factGet: MemoryTool = defineTool<{ readonly key: string }>({
  name: 'fact_get',
  description: 'A fact; version 0: none.',
  annotations: reads,
  input: object({ 'key!': string }),
  output: object({ version: any, value: any }),
  run: async ({ key }, { session }) => stateOf(await session.view.facts.read(key, { consistency: 'strong' })),
})

/** `fact_set`: writes a fact; a conflict is no error, but an answer with the present fact. */
export const factSet: MemoryTool = defineTool<SetArgs>({
  name: 'fact_set',
  description: 'Set a fact, with ifVersion if unchanged; else answers the present.',
  annotations: changes,
  input: object({
    'key!': string,
    'value!': any,
    ifVersion: integer,
    claim: string,
    sensitivity: string,
  }),
  output: object({ written: boolean, version: any, value: any }),
  run: async ({ key, value, claim, ...options }, { session }) => {
    try {
      const { version } = await session.view.facts.set(key, value, {
        ...options,
        ...(claim !== undefined && { claim: parseClaim(claim) }),
      })
      return { written: true, version }
    } catch (error) {
      if (!(error instanceof VersionConflictError)) throw error
      return { written: false, ...stateOf(error.current as Fact | undefined) }
    }
  },
})

function stateOf(fact: Fact | undefined): object {
  if (!fact) return { version: 0 }
  const { key, version, value, author: by } = fact
  const quoted = quoteValue(value)
  // The rest of a long value is for recall.
  const more = quoted.cursor === undefined ? {} : { id: recordName({ collection: 'facts', id: key }) }
  return { notice, version, by, ...more, ...quoted }
}
