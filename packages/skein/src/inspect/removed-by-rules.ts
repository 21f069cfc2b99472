import { MissingKeyError } from '@skein/memory'
import type { View } from '@skein/memory'

/** What rules of retention have removed, as the audit tells it. */
export interface RemovedByRules {
  /** By the reason of their removal, such as `kept for 2592000000 ms`. */
  readonly rules: Readonly<Record<string, { readonly records: number; readonly lastAt: number }>>
  /** Whether there is more, which was not looked at. */
  readonly isCut: boolean
}

/** Entries of the audit are read up to here. */
const most = 10_000

/** Sums up what rules removed of what the view may see; `undefined` if it may not read the audit, or lacks its key. */
export async function removedByRules(view: View): Promise<RemovedByRules | undefined> {
  if (!view.principal.rights?.includes('audit')) return undefined
  const rules: Record<string, { records: number; lastAt: number }> = {}
  let count = 0
  try {
    for await (const { reason = '', at } of view.audit.entries({ agent: 'retention', action: 'erase' })) {
      if ((count += 1) > most) return { rules, isCut: true }
      const { records = 0, lastAt = 0 } = rules[reason] ?? {}
      rules[reason] = { records: records + 1, lastAt: Math.max(lastAt, at) }
    }
  } catch (error) {
    if (error instanceof MissingKeyError) return undefined
    throw error
  }
  return { rules, isCut: false }
}
