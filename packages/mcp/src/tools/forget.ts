import { NotFoundError } from '@skein/memory'
import type { View } from '@skein/memory'

import { parseRecordName } from '../session/record-name.ts'
import { any, changes, object, string, strings } from './schema.ts'
import { defineTool } from './tool.ts'
import type { MemoryTool } from './tool.ts'

interface ForgetArgs {
  readonly ids: readonly string[]
  readonly reason?: string
}

/** `forget`: removes records for everybody. */
export const forget: MemoryTool = defineTool<ForgetArgs>({
  name: 'forget',
  description: 'Remove facts; mark alerts as done.',
  annotations: changes,
  input: object({ 'ids!': strings, reason: string }),
  output: object({ kept: any }),
  run: async ({ ids, reason }, { session }) => {
    const forgotten: string[] = []
    const kept: { id: string; why: string }[] = []
    // All names are checked first: a wrong one leaves everything as it was.
    for (const [id, name] of ids.map((one) => [one, parseRecordName(one)] as const)) {
      const why = await forgetRecord(session.view, name, reason)
      if (why === undefined) forgotten.push(id)
      else kept.push({ id, why })
    }
    return { forgotten, kept }
  },
})

/**
 * Forgets one record.
 *
 * @returns why it was kept; `undefined` when it is gone.
 */
async function forgetRecord(
  view: View,
  { collection, id }: ReturnType<typeof parseRecordName>,
  _reason: string | undefined,
): Promise<string | undefined> {
  const absent = 'There is none that you can see.'
  if (collection === 'facts') {
    const fact = await view.facts.read(id)
    if (!fact) return absent
    await view.facts.delete(id, { ifVersion: fact.version })
    return undefined
  }
  if (collection === 'alerts') {
    try {
      await view.alerts.ack(id)
      return undefined
    } catch (error) {
      if (error instanceof NotFoundError) return absent
      throw error
    }
  }
  return `${collection} can't be removed over MCP. Remember what corrects it.`
}
