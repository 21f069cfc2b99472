import { NotFoundError } from '@skein/memory'
import type { View } from '@skein/memory'

import { parseRecordNames, recordName } from '../session/record-name.ts'
import type { RecordName } from '../session/record-name.ts'
import { any, erases, object, string, strings } from './schema.ts'
import { defineTool } from './tool.ts'
import type { MemoryTool } from './tool.ts'

interface ForgetArgs {
  readonly ids: readonly string[]
  readonly reason?: string
}

/** `forget`: erases records for everybody, with what is derived from them, and marks alerts as done. */
export const forget: MemoryTool = defineTool<ForgetArgs>({
  name: 'forget',
  description: 'Erase records and what was made of them; mark alerts as done.',
  annotations: erases,
  input: object({ 'ids!': strings, reason: string }),
  output: object({ kept: any }),
  run: async ({ ids, reason = 'A client asked for it.' }, { session }) => {
    const { view } = session
    // All names are checked first: a wrong one leaves everything as it was.
    const names = parseRecordNames(ids)
    const kept: { id: string; why: string }[] = []
    const erased: string[] = []
    const done: string[] = []
    for (const name of names) {
      const id = recordName(name)
      const why = name.collection === 'alerts' ? await markDone(view, name.id) : await whyKept(view, name)
      if (why !== undefined) kept.push({ id, why })
      else (name.collection === 'alerts' ? done : erased).push(id)
    }
    if (erased.length > 0) await view.forget(erased, { reason, derived: 'forget' })
    return { forgotten: [...erased, ...done], kept }
  },
})

/** Why a record can't be erased; `undefined` where it can. */
async function whyKept(view: View, { collection, id }: RecordName): Promise<string | undefined> {
  const record = await view.records.get(collection, id, { include: 'all' })
  if (!record) return absent
  const { principal } = view
  if (record.author === principal.id || principal.rights?.includes('erase')) return undefined
  return `${record.author} wrote it. Only its author, or somebody with the right "erase", can erase it.`
}

async function markDone(view: View, id: string): Promise<string | undefined> {
  try {
    await view.alerts.ack(id)
    return undefined
  } catch (error) {
    if (error instanceof NotFoundError) return absent
    throw error
  }
}

const absent = 'You can see no such record.'
