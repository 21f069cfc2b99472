import { randomUUID } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'

import type { DeleteMutation, RangeCheckMutation, SetMutation, Written } from '../store/mutation.ts'
import type { RecordKey, Seq, StoredRecord } from '../store/record.ts'
import { recordPages } from '../store/record-pages.ts'
import type { Store } from '../store/store.ts'
import { decodeJson } from '../values/json.ts'
import { isSealed } from '../values/sealed-text.ts'
import { pageSize, partKey, partOf, partsAtOnce, planKey, settingOf } from './erasure-plan.ts'
import type { Doomed, Head, Plan } from './erasure-plan.ts'

/** How long somebody may take from the first part of a plan until it is in force. */
const draftMs = 3_600_000
/** Drafts are listed by it. */
const draftTask = 'erasing'

/** The parts of a plan that is not in force yet. */
export interface Draft {
  readonly name: string
  /** The version of the record that stands for it. */
  readonly version: number
  readonly parts: number
  /** Position of the last part, and the life of the feed when the first was written. */
  readonly seq: Seq
  readonly incarnation: string | undefined
}

/** What writes a draft. */
interface Drafter {
  readonly changes: Store['changes']
  write(mutation: SetMutation): Promise<Written | undefined>
}

/** Writes the parts of a plan one by one, after a record that says that they are coming. */
export async function writeDraft(
  id: string,
  parts: readonly (readonly Doomed[])[],
  { changes, write }: Drafter,
): Promise<Draft> {
  const name = randomUUID()
  const { incarnation } = await changes(Number.MAX_SAFE_INTEGER, 1)
  const draft = await write(draftRecord(draftKey(id, name), parts.length))
  let last = draft
  for (const [n, part] of parts.entries()) last = await write(partOf(id, name, part, n))
  return { name, version: draft?.version ?? 0, parts: parts.length, seq: last?.seq ?? 0, incarnation }
}

/**
 * The writes that put a plan of parts into force. They are few and short, whatever it names, since all others wait for
 * them. They are refused where somebody has removed the draft, and where a server has lost what it had last: that may be
 * a part.
 */
export function enforce(
  id: string,
  { name, version, parts, seq, incarnation }: Draft,
  { told, contents }: Pick<Plan, 'told' | 'contents'> = {},
): readonly (SetMutation | DeleteMutation | RangeCheckMutation)[] {
  const head: Head = { parts, draft: name, contents, ...(told && { told: [...told] }) }
  const key = draftKey(id, name)
  return [
    { type: 'check-range', key, filter: {}, after: seq, incarnation },
    { type: 'delete', key, author: 'skein', ifVersion: version },
    settingOf(planKey(id), head),
  ]
}

/** Removes drafts of those who have died, or have taken too long: they plan anew. */
export async function removeAbandoned(store: Store): Promise<void> {
  for await (const page of recordPages(store, { collection: 'settings', task: draftTask, limit: pageSize })) {
    for (const record of page) {
      // Only the key tells how many parts a sealed one has, so it is left to somebody who has it.
      const isDue = record.createdAt < store.now() - draftMs && !isSealed(record.value)
      if (isDue) await removeDraft(store, record)
    }
  }
}

async function removeDraft(store: Store, { id, value, version }: StoredRecord): Promise<void> {
  const [, of = '', draft = ''] = id.split('/')
  const key = draftKey(of, draft)
  const count = decodeJson(value) as number
  // From here on it can't come into force, also if whoever drafted it wakes up.
  const taken = await store.write([{ ...draftRecord(key, count), ifVersion: version }])
  if (!taken.ok) return
  const keys = [...Array.from({ length: count }, (_, n) => partKey(of, draft, n)), key]
  while (keys.length > 0) {
    const due = keys
      .splice(0, partsAtOnce)
      .map((one): DeleteMutation => ({ type: 'delete', key: one, author: 'skein' }))
    await store.write(due)
    await nextTurn()
  }
}

function draftKey(id: string, name: string): RecordKey {
  return { collection: 'settings', id: `erasing/${id}/${name}/draft` }
}

function draftRecord(key: RecordKey, parts: number): SetMutation {
  const record = settingOf(key, parts)
  return { ...record, meta: { ...record.meta, task: draftTask } }
}
