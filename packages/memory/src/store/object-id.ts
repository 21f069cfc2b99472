import { covers, labelText, parseLabel, publicLabel, levelIndex } from '../values/access.ts'
import type { Audience, Label } from '../values/access.ts'
import type { StoredRecord } from './record.ts'

/**
 * The id of an object: the hash of its content, and its label when that is not
 * public. So the same content under different labels is two objects, neither
 * of which shows the other, and an id tells who may see what it names.
 */
export function objectId(hash: string, { sensitivity, compartments }: Label): string {
  if (levelIndex(sensitivity) === 0 && compartments.length === 0) return hash
  return `${hash}~${labelText({ level: sensitivity, compartments })}`
}

/** SHA-256 in hexadecimal. */
const hashLength = 64

/** The hash of an object's content. */
export function hashOf(id: string): string {
  return id.slice(0, hashLength)
}

/** The sources of a record that an audience may know of: what was declassified can have others. */
export function visibleSources(
  { derivedFrom }: Pick<StoredRecord, 'derivedFrom'>,
  audience: Audience,
): readonly string[] {
  return derivedFrom.every((id) => id.length === hashLength)
    ? derivedFrom
    : derivedFrom.filter((id) => covers(audience, labelOf(id)))
}

function labelOf(id: string): Label {
  return id.length === hashLength ? publicLabel : parseLabel(id.slice(hashLength + 1))
}
