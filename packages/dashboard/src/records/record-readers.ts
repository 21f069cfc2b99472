import type { View } from '@skein/memory'

import type { RecordDetail } from '../protocol/protocol.ts'

/** Who read a record, and where it was sent. */
export interface Readers {
  readonly readers: RecordDetail['readers']
  readonly sent: RecordDetail['sent']
}

const maxShown = 200

/**
 * Reads from the audit who read a record; empty for viewers without the right
 * `audit`.
 *
 * @throws StoreError
 */
export async function readersOf(view: View, collection: string, id: string): Promise<Readers> {
  if (!view.principal.rights?.includes('audit')) return { readers: [], sent: [] }
  const readers = new Map<string, RecordDetail['readers'][number]>()
  const sent = new Map<string, RecordDetail['sent'][number]>()
  for await (const entry of view.audit.entries({ id, outcome: 'hit' })) {
    const { agent, action, count, at, reason: to = '' } = entry
    if (entry.collection !== collection || agent === view.principal.id) continue
    if (action === 'send') {
      const key = `${agent}\0${to}`
      sent.set(key, { to, agent, at, count: (sent.get(key)?.count ?? 0) + count })
    } else {
      readers.set(agent, { agent, count: (readers.get(agent)?.count ?? 0) + count, lastAt: at })
    }
  }
  return {
    readers: [...readers.values()].toSorted((a, b) => b.lastAt - a.lastAt).slice(0, maxShown),
    sent: [...sent.values()].toSorted((a, b) => b.at - a.at).slice(0, maxShown),
  }
}
