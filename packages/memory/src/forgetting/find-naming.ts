import { setImmediate as nextTurn } from 'node:timers/promises'

import type { Actor } from '../space/actor.ts'
import type { Shown } from '../space/shown.ts'
import { hasTrait } from '../store/collections.ts'
import type { RecordKey, StoredRecord } from '../store/record.ts'
import { sourceName } from '../store/source-name.ts'
import { inSlices } from '../space/in-slices.ts'
import { decodeJson } from '../values/json.ts'
import { isSealed } from '../values/sealed-text.ts'

/** Where agents keep what they were told. Neither is derived from records: agents pass on whatever they like. */
const keptByAgents = ['agents', 'messages'] as const
const pageSize = 50

/** What a text may name of what is to be forgotten. */
interface Names {
  /** Of records, as sources; of subjects. Only a whole text is one of these. */
  readonly whole: ReadonlySet<string>
  /** Ids that nothing else has, so that they count within a text, too. */
  readonly ids: ReadonlySet<string>
}

/**
 * The mail and the saved states of agents that name one of these records, or the subject, as far as the principal can see
 * them. A record that an agent has put there whole names itself.
 */
export async function findNaming(
  actor: Actor,
  records: Iterable<RecordKey>,
  subject: string | undefined,
): Promise<readonly Shown[]> {
  const names = await namesOf(records, subject)
  if (names.whole.size === 0) return []
  const found: Shown[] = []
  for (const collection of keptByAgents) {
    let after: number | undefined
    do {
      const page = await actor.query({ collection, order: 'oldest', limit: pageSize, after }, 'all')
      found.push(...page.records.filter((record) => isNaming(record, names)))
      after = page.next
      await nextTurn()
    } while (after !== undefined)
  }
  return found
}

/** Those of some records of agents that name one of these records, or the subject. */
export async function namingAmong<Given extends StoredRecord>(
  given: readonly Given[],
  records: Iterable<RecordKey>,
  subject: string | undefined,
): Promise<readonly Given[]> {
  const names = await namesOf(records, subject)
  return given.filter((record) => isNaming(record, names))
}

/** Whether it is something that an agent keeps: its mail, or its saved state. */
export function isKeptByAgents({ collection }: RecordKey): boolean {
  return collection === 'agents' || collection === 'messages'
}

function isNaming({ value }: StoredRecord, names: Names): boolean {
  return !isSealed(value) && isNamedIn(decodeJson(value), names)
}

async function namesOf(records: Iterable<RecordKey>, subject: string | undefined): Promise<Names> {
  const whole = new Set<string>()
  const ids = new Set<string>()
  await inSlices(records, (record) => {
    whole.add(sourceName(record))
    const { collection, id } = record
    if (collection === 'objects' || hasTrait(collection, 'identified')) ids.add(id.split('~')[0] ?? id)
  })
  if (subject !== undefined) whole.add(subject)
  return { whole, ids }
}

/** Whether a JSON value names something: as a text, as a property, or as a fact with its key and version. */
function isNamedIn(root: unknown, { whole, ids }: Names): boolean {
  const isName = (text: string): boolean =>
    whole.has(text) || [...text.matchAll(/[\w-]+/g)].some(([word]) => ids.has(word))
  const open = [root]
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (typeof value === 'string' && isName(value)) return true
    if (typeof value !== 'object' || value === null) continue
    const { key, version } = value as { readonly key?: unknown; readonly version?: unknown }
    if (typeof key === 'string' && typeof version === 'number' && whole.has(`facts/${key}`)) return true
    if (!Array.isArray(value) && Object.keys(value).some(isName)) return true
    for (const part of Object.values(value)) if (part !== undefined) open.push(part)
  }
  return false
}
