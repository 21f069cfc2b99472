import { OptionError } from '@skein/memory'
import { collectionsWith } from '@skein/memory/store'
import type { Collection } from '@skein/memory/store'

/** What clients see: what an escalation package holds, with questions to people and alerts. */
export const openCollections: readonly Collection[] = [...collectionsWith('packaged'), 'escalations', 'alerts']

/** So many records may be named at once. */
const maxNames = 50

/** A record as clients name it: `collection/id`. */
export interface RecordName {
  readonly collection: Collection
  readonly id: string
}

/** @throws OptionError when it is no name of a record that clients may see. */
function parseRecordName(name: string): RecordName {
  const slash = name.indexOf('/')
  const collection = openCollections.find((known) => known === name.slice(0, slash))
  if (slash < 0 || collection === undefined || slash === name.length - 1) {
    throw new OptionError('ids', `ids as recall gives them, such as facts/KEY (of ${openCollections.join(', ')})`, name)
  }
  return { collection, id: name.slice(slash + 1) }
}

/** @throws OptionError when one of them is no name, or there are too many. */
export function parseRecordNames(names: readonly string[]): readonly RecordName[] {
  if (names.length > maxNames) throw new OptionError('ids', `at most ${maxNames} ids`, names.length)
  return names.map(parseRecordName)
}

/** The name of a record, which {@link parseRecordName} reads. */
export function recordName({ collection, id }: RecordName): string {
  return `${collection}/${id}`
}
